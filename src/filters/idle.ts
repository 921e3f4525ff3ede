/** Ends a stream that has fallen silent: what runs is governed by idleness, not by a total. */
import type { Clock } from '../core/clock.ts'
import { MeshError } from '../core/errors.ts'
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
  return async function idle(request, { clock }, next) {
    const response = await next(request, nothing)
    if (idleMs === Number.POSITIVE_INFINITY || !isOpenEnded(response)) return response
    return new Response(watched(response.body as ReadableStream<Uint8Array>, idleMs, clock), response)
  }
}

function isOpenEnded({ body, headers, status }: Response): boolean {
  const isStream = headers.has('transfer-encoding') || headers.get('content-type')?.startsWith('text/event-stream')
  if (!isStream || !body || status === 101) return false
  return !headers.has('content-length') && !headers.has('content-encoding')
}

/** The same bytes; an error where the next ones do not come in time. */
function watched(body: ReadableStream<Uint8Array>, idleMs: number, clock: Clock): ReadableStream<Uint8Array> {
  const reader = body.getReader()
  const source: UnderlyingByteSource = {
    type: 'bytes',
    async pull(controller: ReadableByteStreamController) {
      const cancel = clock.after(idleMs, () => {
        const silent = new MeshError('deadline_exceeded', `The stream was silent for ${idleMs} ms.`)
        controller.error(silent)
        reader.cancel(silent).catch(() => {})
      })
      try {
        const { done, value } = await reader.read()
        if (!done) return controller.enqueue(value)
        controller.close()
        // A BYOB read that is still waiting hears of the end only so (Streams §3.9).
        controller.byobRequest?.respond(0)
      } finally {
        cancel()
      }
    },
    cancel: (reason: unknown) => reader.cancel(reason),
  }
  return new ReadableStream(source)
}
