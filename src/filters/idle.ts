/** Ends a stream that has fallen silent: what runs is governed by idleness, not by a total. */
import { byteSource } from '../core/byte-source.ts'
import { type Clock, within } from '../core/clock.ts'
import { MeshError } from '../core/errors.ts'
import { identityStream } from '../core/identity-stream.ts'
import { type Filter, nothing } from '../core/service.ts'

interface Needs {
  readonly clock: Clock
}

/**
 * Only streams of unknown length are watched, since to watch a body is to pass it through JavaScript: event streams, and
 * what a URL endpoint sends in chunks. A body of known length, and a compressed one (reading it would decode it), goes
 * by untouched.
 *
 * @param idleMs the longest silence, in milliseconds; `Infinity` watches nothing.
 */
export function idle(idleMs: number): Filter<Needs> {
  return function idle(request, { clock }, next) {
    const answer = next(request, nothing)
    return idleMs === Number.POSITIVE_INFINITY ? answer : answer.then((response) => guarded(response, idleMs, clock))
  }
}

function guarded(response: Response, idleMs: number, clock: Clock): Response {
  if (!isOpenEnded(response) || !response.body) return response
  return new Response(watched(response.body, idleMs, clock), response)
}

/** The body is not looked at: to make a stream of it costs as much as all the rest. */
function isOpenEnded({ headers, status }: Response): boolean {
  const isStream = headers.has('transfer-encoding') || headers.get('content-type')?.startsWith('text/event-stream')
  return Boolean(isStream) && status !== 101 && !headers.has('content-length') && !headers.has('content-encoding')
}

/** The same bytes; an error where the next ones do not come in time. */
function watched(body: ReadableStream<Uint8Array>, idleMs: number, clock: Clock): ReadableStream<Uint8Array> {
  const { readable, writable, isNative } = identityStream()
  const { read, cancel } = byteSource(body, isNative)
  const writer = writable.getWriter()

  async function pump(): Promise<void> {
    const late = () => new MeshError('deadline_exceeded', `The stream was silent for ${idleMs} ms.`)
    for (;;) {
      // Only the wait for the sender counts: a slow reader is not a silent stream.
      const bytes = await within(clock, idleMs, read(), late)
      if (!bytes) return writer.close()
      await writer.write(bytes)
    }
  }
  // A reader that leaves is heard of at once, not at the next chunk.
  writer.closed.catch(cancel)
  // Both ends hear why; nobody else is there to be told.
  pump().catch((error) => Promise.allSettled([writer.abort(error), cancel(error)]))
  return readable
}
