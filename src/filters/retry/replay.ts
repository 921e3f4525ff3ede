/** A request body that can be sent twice: kept while it is small, passed on untouched when it is not. */

import type { Cancellation } from '../../core/cancellation.ts'
import { identityStream } from '../../core/identity-stream.ts'
import { joinedBytes } from '../../core/joined-bytes.ts'

export interface ReplayBody {
  /** May it be sent again? */
  readonly replayable: boolean
  /** The body for one more attempt. A body that is not replayable can be taken once. */
  take(): BodyInit | null
}

/** Bytes kept for a retry, at most (Linkerd 2 keeps as many). 64 KiB cost about 35 µs to hold. */
export const REPLAY_LIMIT_BYTES = 65_536

/** Nothing to send. */
const empty: ReplayBody = { replayable: true, take: () => null }

/** The body as it comes, once. */
export function onceBody(request: Request): ReplayBody {
  return hasBody(request) ? once(request.body) : empty
}

/**
 * The body, kept if it is no larger than {@link REPLAY_LIMIT_BYTES}. A larger one is sent on as it comes and cannot be
 * sent again. It is read before the first attempt, since a failed attempt has consumed it.
 */
export async function replayBody(request: Request, work: Cancellation): Promise<ReplayBody> {
  if (!hasBody(request)) return empty
  const declared = request.headers.get('content-length')
  if (declared !== null && Number(declared) > REPLAY_LIMIT_BYTES) return once(request.body)
  return readUpTo(request.body, work)
}

async function readUpTo(body: ReadableStream<Uint8Array>, work: Cancellation): Promise<ReplayBody> {
  const reader = body.getReader()
  let isRead = false
  work.onCancel((reason) => {
    if (!isRead) reader.cancel(reason).catch(() => {})
  })
  const chunks: Uint8Array[] = []
  let length = 0
  try {
    for (;;) {
      const { done, value } = await reader.read()
      // A cancelled reader ends as if the body had: what we have then is not the body.
      if (work.reason !== undefined) throw work.reason
      if (done) return kept(joinedBytes(chunks, length))
      chunks.push(value)
      length += value.length
      if (length > REPLAY_LIMIT_BYTES) {
        reader.releaseLock()
        return once(rejoined(chunks, body))
      }
    }
  } finally {
    isRead = true
  }
}

function kept(bytes: Uint8Array<ArrayBuffer>): ReplayBody {
  return { replayable: true, take: () => bytes }
}

function once(body: ReadableStream): ReplayBody {
  return { replayable: false, take: () => body }
}

/** What was read, and then the rest, which the platform pipes by itself. */
function rejoined(chunks: readonly Uint8Array[], rest: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
  const { readable, writable } = identityStream()
  const pump = async () => {
    const writer = writable.getWriter()
    for (const chunk of chunks) await writer.write(chunk)
    writer.releaseLock()
    await rest.pipeTo(writable)
  }
  // Whoever reads hears of a failure through the stream.
  pump().catch(() => {})
  return readable
}

/** A request with `content-length: 0` has a body that is there and empty, which a GET must not have. */
function hasBody(request: Request): request is Request & { readonly body: ReadableStream<Uint8Array> } {
  return request.body !== null && request.headers.get('content-length') !== '0'
}
