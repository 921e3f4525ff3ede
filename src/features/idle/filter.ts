/** idle: ends a stream that sends nothing for too long. A stream has no limit on its total time. */
import { byteSource } from '../../core/bytes/byte-source.ts'
import { identityStream } from '../../core/bytes/identity-stream.ts'
import { observer } from '../../core/engine/stack.ts'
import { MeshError } from '../../core/errors.ts'
import { type Clock, within } from '../../core/time/clock.ts'
import { remade } from '../../wire/answer/remade.ts'
import { type Seen, seen } from '../../wire/answer/seen.ts'

interface IdleNeeds {
  readonly clock: Clock
}

interface IdleGives {
  /** What was read of the answer's headers, for the filters above. */
  readonly seen: Seen
}

/**
 * To watch a body is to pass it through JavaScript, which costs CPU time. So only streams of unknown length are watched: event
 * streams, and chunked bodies of URL endpoints. A body of known length is not touched, nor is a compressed one: reading it
 * would decompress it.
 *
 * @param idleMs the longest silence, in milliseconds. `Infinity` watches nothing.
 */
export const idle = (idleMs: number) =>
  observer<IdleNeeds, IdleGives>('idle', {
    answered(response, context) {
      context.seen = seen(response.headers)
      return idleMs === Number.POSITIVE_INFINITY || !context.seen.isOpenEnded
        ? response
        : guarded(response, idleMs, context.clock)
    },
  })

function guarded(response: Response, idleMs: number, clock: Clock): Response {
  const { body, status } = response
  // A watched body needs a new response. Where none can be made, the answer passes as it is.
  if (!body || status < 200 || status > 599) return response
  return remade(response, watched(body, idleMs, clock)) ?? response
}

/** The same bytes, or an error where no bytes come for `idleMs`. */
function watched(body: ReadableStream<Uint8Array>, idleMs: number, clock: Clock): ReadableStream<Uint8Array> {
  const { readable, writable } = identityStream()
  const { read, cancel } = byteSource(body)
  const writer = writable.getWriter()

  async function pump(): Promise<void> {
    const late = () => new MeshError('deadline_exceeded', `The stream was silent for ${idleMs} ms.`)
    for (;;) {
      // Only the wait for the sender counts. A slow reader does not make the stream silent.
      const bytes = await within(clock, idleMs, read(), late)
      if (!bytes) return writer.close()
      await writer.write(bytes)
    }
  }
  // Where the reader leaves, the sender is cancelled at once, not at the next chunk.
  writer.closed.catch(cancel)
  // Both ends get the error. There is nobody else to report it to.
  pump().catch((error) => Promise.allSettled([writer.abort(error), cancel(error)]))
  return readable
}
