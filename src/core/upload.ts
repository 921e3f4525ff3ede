/** The body of a request on its way: the first of it passes through here, so that it is known who is waited for, and it can be sent again. */
import { type ByteSource, byteSource } from './byte-source.ts'
import type { Clock } from './clock.ts'
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
  readonly isOpen: boolean
  /** Is it known when the caller's side breaks or falls silent? */
  readonly isWatched: boolean
  /** Is it no longer than what is kept? `undefined` where its length is not known. */
  readonly isShort: boolean | undefined
  /** May it be sent again, be it that the rest is yet to come? */
  readonly isReplayable: boolean
  /**
   * If the connection to the endpoint breaks now, can nobody tell whose doing that is? The caller may have broken it off
   * unseen; or it is slow, or sends too much, and the endpoint has closed before it was read. One that is not there takes nothing.
   */
  readonly isUntold: boolean
  /** When the caller was last heard of. */
  readonly heardAt: number
  /** Reads it, up to what is kept. A second time nothing happens. */
  start(): void
  /** The body for an attempt: as much as is there, and what comes. */
  take(): BodyInit | null
  /** Calls `then` once, when more of it is there or it has ended, one way or the other. */
  next(then: () => void): void
  /** Why it broke off on the caller's side; `undefined` where it did not. */
  readonly failure: { readonly cause: unknown } | undefined
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
  return length === 0 ? undefined : new Passing(request, body, length, clock, isPipeable)
}

/** One that is there already. */
export function keptUpload(bytes: Uint8Array<ArrayBuffer>): Upload {
  return {
    isOpen: false,
    isWatched: false,
    isShort: false,
    isReplayable: true,
    isUntold: false,
    heardAt: 0,
    failure: undefined,
    start: () => {},
    take: () => bytes,
    next: () => {},
    whole: async () => bytes,
    cancel: () => {},
  }
}

/** Calls `then` when the caller has sent all of it, or will not: at once if that is so. */
export function whenClosed(upload: Upload, then: () => void): void {
  if (upload.isOpen) upload.next(() => whenClosed(upload, then))
  else then()
}

class Passing implements Upload {
  heardAt: number
  failure: Upload['failure']
  private state: State = 'waiting'
  private kept = new GatheredBytes()
  /** What was read beyond what is kept. */
  private beyond: Uint8Array | undefined
  private source: ByteSource | undefined
  /** Of the latest attempt: when it began, and how many bytes its endpoint has taken. */
  private takenAt = 0
  private taken = 0
  private attempts = 0
  private waiting: (() => void)[] = []
  private readonly request: Request
  private readonly body: ReadableStream<Uint8Array>
  private readonly length: number | undefined
  private readonly clock: Clock
  private readonly isPipeable: boolean

  constructor(
    request: Request,
    body: ReadableStream<Uint8Array>,
    length: number | undefined,
    clock: Clock,
    isPipeable: boolean,
  ) {
    this.isPipeable = isPipeable
    this.request = request
    this.body = body
    this.length = length
    this.clock = clock
    this.heardAt = clock.now()
  }

  get isOpen(): boolean {
    return this.isWatched || this.state === 'full' || this.state === 'piped'
  }

  get isWatched(): boolean {
    return this.state === 'waiting' || this.state === 'reading'
  }

  get isShort(): boolean | undefined {
    return this.length === undefined ? undefined : this.length <= REPLAY_LIMIT_BYTES
  }

  get isReplayable(): boolean {
    return !this.isBesides && (this.isWatched || this.state === 'kept')
  }

  get isUntold(): boolean {
    if (!this.isOpen) return false
    if (this.isBesides || this.state === 'piped' || this.taken > CONNECTED_BYTES) return true
    return this.clock.now() - this.takenAt >= SLOW_MS
  }

  /** Content of these cannot be given to a request: it passes with the one that came, once, and a copy is watched. */
  private get isBesides(): boolean {
    return this.request.method === 'GET' || this.request.method === 'HEAD'
  }

  start(): void {
    if (this.state !== 'waiting') return
    this.state = 'reading'
    this.read().catch((cause) => {
      if (this.state !== 'reading') return
      this.failure = { cause }
      this.become('broken')
    })
  }

  private async read(): Promise<void> {
    const body = this.isBesides ? (this.request.clone().body as ReadableStream<Uint8Array>) : this.body
    const source = byteSource(body, Math.min(this.length ?? REPLAY_LIMIT_BYTES, REPLAY_LIMIT_BYTES))
    this.source = source
    while (this.state === 'reading') {
      const bytes = await source.read()
      if (this.state !== 'reading') return
      this.heardAt = this.clock.now()
      if (!bytes) this.become('kept')
      else if (this.kept.length + bytes.length > REPLAY_LIMIT_BYTES) this.passOn(bytes, source)
      else {
        // Nothing more is read into the buffer of one that has come whole.
        this.kept.add(bytes, bytes.length === this.length)
        this.become(this.kept.length === this.length ? 'kept' : 'reading')
      }
    }
  }

  private passOn(bytes: Uint8Array, source: ByteSource): void {
    this.beyond = bytes
    if (this.isBesides) source.cancel().catch(() => {})
    else if (this.isPipeable) source.release()
    this.become('full')
  }

  private become(state: State): void {
    this.state = state
    const { waiting } = this
    this.waiting = []
    for (const then of waiting) then()
  }

  next(then: () => void): void {
    this.waiting.push(then)
  }

  take(): BodyInit | null {
    this.takenAt = this.clock.now()
    if (this.isBesides) return this.request.body
    if (this.state === 'kept') return this.kept.length === 0 ? null : this.kept.bytes()
    const { readable, writable } = identityStream(this.length)
    this.taken = 0
    this.attempts += 1
    // Whoever reads hears of a failure through the stream.
    this.write(writable, this.attempts).catch(() => {})
    return readable
  }

  private async write(writable: WritableStream<Uint8Array>, attempt: number): Promise<void> {
    const writer = writable.getWriter()
    try {
      for (let at = 0; at < this.kept.length || this.state === 'reading'; ) {
        const bytes = this.kept.bytes(at).subarray(0, PIECE_BYTES)
        if (bytes.length === 0) await new Promise<void>((resolve) => this.next(resolve))
        else {
          await writer.write(bytes)
          at += bytes.length
          this.taken = at
        }
      }
      if (this.state === 'kept') return await writer.close()
      // Of a body that is not kept there is one, for the latest attempt.
      if (this.state !== 'full' || attempt !== this.attempts)
        throw this.failure?.cause ?? new Error('The body is gone.')
      if (this.beyond) await writer.write(this.beyond)
      this.kept = new GatheredBytes()
      this.beyond = undefined
      this.become('piped')
      if (!this.isPipeable) await this.copyTo(writer)
    } catch (error) {
      return writer.abort(error)
    }
    if (this.isPipeable) {
      writer.releaseLock()
      await this.body.pipeTo(writable)
    }
    this.heardAt = this.clock.now()
    this.become('sent')
  }

  private async copyTo(writer: WritableStreamDefaultWriter<Uint8Array>): Promise<void> {
    const source = this.source as ByteSource
    // Whoever does not want it is heard of at once, not at the next bytes.
    writer.closed.catch((reason) => source.cancel(reason)).catch(() => {})
    for (let bytes = await source.read(); bytes; bytes = await source.read()) await writer.write(bytes)
    await writer.close()
  }

  async whole(): Promise<Uint8Array<ArrayBuffer> | undefined> {
    this.start()
    while (this.isWatched) await new Promise<void>((resolve) => this.next(resolve))
    return this.state === 'kept' ? this.kept.bytes() : undefined
  }

  cancel(reason: unknown): void {
    if (this.state !== 'reading') return
    this.become('broken')
    this.source?.cancel(reason).catch(() => {})
  }
}
