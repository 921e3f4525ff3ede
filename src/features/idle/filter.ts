/** Ends a stream that has fallen silent: what runs is governed by idleness, not by a total. */
import { byteSource } from '../../core/bytes/byte-source.ts'
import { identityStream } from '../../core/bytes/identity-stream.ts'
import { observer } from '../../core/engine/observer.ts'
import { MeshError } from '../../core/errors.ts'
import { type Clock, within } from '../../core/time/clock.ts'
import { remade } from '../../wire/answer/remade.ts'
import { type Seen, seen } from '../../wire/answer/seen.ts'

interface Needs {
  readonly clock: Clock
}

interface Gives {
  /** What was seen of the headers of the answer that came, on its way up. */
  readonly seen: Seen
}

/**
 * Only streams of unknown length are watched, since to watch a body is to pass it through JavaScript: event streams, and
 * what a URL endpoint sends in chunks. A body of known length, and a compressed one (reading it would decode it), goes
 * by untouched.
 *
 * @param idleMs the longest silence, in milliseconds; `Infinity` watches nothing.
 */
export const idle = (idleMs: number) =>
  observer<Needs, Gives>('idle', {
    answered(response, context) {
      context.seen = seen(response.headers)
      return idleMs === Number.POSITIVE_INFINITY || !context.seen.isOpenEnded
        ? response
        : guarded(response, idleMs, context.clock)
    },
  })

function guarded(response: Response, idleMs: number, clock: Clock): Response {
  const { body, status } = response
  // To watch it is to take it: what cannot be made anew goes by untouched.
  if (!body || status < 200 || status > 599) return response
  return remade(response, watched(body, idleMs, clock)) ?? response
}

/** The same bytes; an error where the next ones do not come in time. */
function watched(body: ReadableStream<Uint8Array>, idleMs: number, clock: Clock): ReadableStream<Uint8Array> {
  const { readable, writable } = identityStream()
  const { read, cancel } = byteSource(body)
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
