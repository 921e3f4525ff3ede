/** The body of a request on its way: the first of it passes through here, so that it is known who is waited for, and it can be sent again. */

import type { Clock } from '../time/clock.ts'
import { type ByteSource, byteSource } from './byte-source.ts'
import { GatheredBytes } from './gathered-bytes.ts'
import { identityStream } from './identity-stream.ts'
import { knownLength } from './known-length.ts'

/** Bytes of a body that are watched and kept, at most (Linkerd 2 keeps as many). What comes behind them the platform pipes by itself. */
export const REPLAY_LIMIT_BYTES = 65_536
/** Written at once, at most. */
const PIECE_BYTES = 16_384
/** workerd takes two such pieces and a little more for a connection that is not there yet: more went to an endpoint. */
const CONNECTED_BYTES = 49_152
/** Whoever closes a connection so long after its beginning may have waited for the body. */
const SLOW_MS = 1000

type State =
  /** Nobody has asked for it. */
  | 'waiting'
  /** Its sender is waited for. */
  | 'reading'
  /** There is more than is kept, and the endpoint is waited for. */
  | 'full'
  /** The rest is piped unseen. */
  | 'piped'
  /** All of it is there. */
  | 'kept'
  /** All of it was piped. */
  | 'sent'
  /** It broke off on the sender's side, or was called off. */
  | 'broken'

export interface Upload {
  /** Is the caller still sending, as far as is known? */
  isOpen(): boolean
  /** Is it known when the caller's side breaks or falls silent? */
  isWatched(): boolean
  /** Is it no longer than what is kept? `undefined` where its length is not known. */
  readonly isShort: boolean | undefined
  /** May it be sent again, be it that the rest is yet to come? */
  isReplayable(): boolean
  /**
   * If the connection to the endpoint breaks now, can nobody tell whose doing that is? The caller may have broken it off
   * unseen; or it is slow, or sends too much, and the endpoint has closed before it was read. One that is not there takes nothing.
   */
  isUntold(): boolean
  /** Is there more than is kept, for which the endpoint is waited for? */
  isFull(): boolean
  /** When the caller was last heard of. */
  heardAt(): number
  /** Reads it, up to what is kept. A second time nothing happens. */
  start(): void
  /** The body for an attempt: as much as is there, and what comes. */
  take(): BodyInit | null
  /** Calls `then` once, when more of it is there or it has ended, one way or the other. */
  next(then: () => void): void
  /** Why it broke off on the caller's side; `undefined` where it did not. */
  failure(): { readonly cause: unknown } | undefined
  /** All of it; `undefined` where it is more than is kept, or broke off. */
  whole(): Promise<Uint8Array<ArrayBuffer> | undefined>
  /** Nobody wants it any more. */
  cancel(reason: unknown): void
}

/**
 * The body of a request; `undefined` where there is none. An empty one is none: a GET must not have it.
 *
 * @param isPipeable did the request come over the network? Then the platform may pipe what is not kept; workerd does not do so
 * with the readable end of a stream of its own, which a function may have made.
 */
export function uploadOf(request: Request, clock: Clock, isPipeable = false): Upload | undefined {
  const { body } = request
  if (!body) return undefined
  const length = knownLength(body, () => request.headers.get('content-length'))
  return length === 0 ? undefined : passing(request, clock, length, isPipeable)
}

/** One that is there already. */
export function keptUpload(request: Request, clock: Clock, bytes: Uint8Array<ArrayBuffer>): Upload {
  return passing(request, clock, bytes.length, false, bytes)
}

/** Calls `then` when the caller has sent all of it, or will not: at once if that is so. */
export function whenClosed(upload: Upload, then: () => void): void {
  if (upload.isOpen()) upload.next(() => whenClosed(upload, then))
  else then()
}

function passing(
  request: Request,
  clock: Clock,
  length: number | undefined,
  isPipeable: boolean,
  whole?: Uint8Array<ArrayBuffer>,
): Upload {
  // Content of these cannot be given to a request: it passes with the one that came, once, and a copy is watched.
  const isBesides = request.method === 'GET' || request.method === 'HEAD'
  let state: State = whole ? 'kept' : 'waiting'
  let kept = new GatheredBytes()
  if (whole) kept.add(whole, true)
  /** What was read beyond what is kept. */
  let beyond: Uint8Array | undefined
  let source: ByteSource | undefined
  let heardAt = clock.now()
  let failure: ReturnType<Upload['failure']>
  let reason: unknown
  // Of the latest attempt: when it began, and how many bytes its endpoint has taken.
  let takenAt = heardAt
  let taken = 0
  let attempts = 0
  let waiting: (() => void)[] = []

  const isShort = length === undefined ? undefined : length <= REPLAY_LIMIT_BYTES
  const isWatched = () => state === 'waiting' || state === 'reading'
  const isOpen = () => isWatched() || state === 'full' || state === 'piped'
  const next = (then: () => void) => void waiting.push(then)
  const change = () => new Promise<void>(next)

  function become(now: State): void {
    state = now
    const told = waiting
    waiting = []
    for (const then of told) then()
  }

  function start(): void {
    if (state !== 'waiting') return
    state = 'reading'
    read().catch((cause) => {
      if (state !== 'reading') return
      failure = { cause }
      reason = cause
      become('broken')
    })
  }

  async function read(): Promise<void> {
    const { body } = isBesides ? request.clone() : request
    source = byteSource(body as ReadableStream<Uint8Array>, Math.min(length ?? REPLAY_LIMIT_BYTES, REPLAY_LIMIT_BYTES))
    while (state === 'reading') {
      const bytes = await source.read()
      if (state !== 'reading') return
      clock.turn?.()
      heardAt = clock.now()
      if (!bytes) become('kept')
      else if (kept.length + bytes.length > REPLAY_LIMIT_BYTES) {
        beyond = bytes
        if (isBesides) source.cancel().catch(() => {})
        else if (isPipeable) source.release()
        become('full')
      } else {
        // Nothing more is read into the buffer of one that has come whole.
        kept.add(bytes, bytes.length === length)
        become(kept.length === length ? 'kept' : 'reading')
      }
    }
  }

  async function write(writable: WritableStream<Uint8Array>, attempt: number): Promise<void> {
    const writer = writable.getWriter()
    try {
      for (let at = 0; at < kept.length || state === 'reading'; ) {
        const bytes = kept.bytes(at).subarray(0, PIECE_BYTES)
        if (bytes.length === 0) await change()
        else {
          await writer.write(bytes)
          at += bytes.length
          taken = at
        }
      }
      if (state === 'kept') return await writer.close()
      // Of a body that is not kept there is one, for the latest attempt.
      if (state !== 'full' || attempt !== attempts) throw reason
      await writer.write(beyond)
      kept = new GatheredBytes()
      beyond = undefined
      become('piped')
      if (!isPipeable) await copyTo(writer, source as ByteSource)
    } catch (error) {
      return writer.abort(error)
    }
    if (isPipeable) {
      writer.releaseLock()
      await request.body?.pipeTo(writable)
    }
    clock.turn?.()
    heardAt = clock.now()
    become('sent')
  }

  return {
    isOpen,
    isWatched,
    isShort,
    isReplayable: () => !isBesides && isShort !== false && (isWatched() || state === 'kept'),
    isUntold: () =>
      isOpen() && (isBesides || state === 'piped' || taken > CONNECTED_BYTES || clock.now() - takenAt >= SLOW_MS),
    isFull: () => state === 'full',
    heardAt: () => heardAt,
    start,
    take() {
      takenAt = clock.now()
      taken = 0
      attempts += 1
      if (isBesides) return request.body
      if (state === 'kept') return kept.length === 0 ? null : kept.bytes()
      const { readable, writable } = identityStream(length)
      // Whoever reads hears of a failure through the stream.
      write(writable, attempts).catch(() => {})
      return readable
    },
    next,
    failure: () => failure,
    async whole() {
      start()
      while (isWatched()) await change()
      return state === 'kept' ? kept.bytes() : undefined
    },
    cancel(why) {
      if (state !== 'reading') return
      reason = why
      become('broken')
      source?.cancel(why).catch(() => {})
    },
  }
}

async function copyTo(writer: WritableStreamDefaultWriter<Uint8Array>, { read, cancel }: ByteSource): Promise<void> {
  // Whoever does not want it is heard of at once, not at the next bytes.
  writer.closed.catch(cancel).catch(() => {})
  for (let bytes = await read(); bytes; bytes = await read()) await writer.write(bytes)
  await writer.close()
}
