/** A network between a saga and its services that loses answers, brings requests late, and fails. */
import type { Clock } from '../core/time/clock.ts'
import type { TestHandler } from './test-mesh.ts'

/** `lose`: it is done, and nobody hears of it. `late`: nobody hears, and it is done later. `down`: nothing is done. */
export type Fault = 'lose' | 'late' | 'down'

/** @param faultOf what befalls a call; `undefined`: nothing does. */
export function faulty(
  service: string,
  handler: TestHandler,
  clock: Clock,
  faultOf: (service: string) => { readonly fault: Fault; readonly lateMs?: number } | undefined,
): TestHandler {
  return async function behind(request) {
    const { fault, lateMs = 60_000 } = faultOf(service) ?? {}
    if (fault === 'down') throw new Error(`${service} is down.`)
    if (fault === 'late') {
      // The body belongs to the call.
      const copy = new Request(request.url, {
        method: request.method,
        headers: request.headers,
        ...(request.body && { body: await request.text() }),
      })
      clock.after(lateMs, () => void Promise.resolve(handler(copy)).catch(() => {}))
      throw new Error(`${service} does not answer.`)
    }
    const response = await handler(request)
    if (fault === 'lose') throw new Error(`The answer of ${service} was lost.`)
    return response
  }
}
