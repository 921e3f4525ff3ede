/** Endpoints to test with: they answer by a script, and keep what they were sent. */
import type { Clock } from '../../src/core/time/clock.ts'
import { type VirtualClock, virtualClock } from '../../src/core/time/virtual-clock.ts'

/** A status to answer with, an error to throw, or a function that answers. */
export type Step = number | Error | ((request: Request) => Response | Promise<Response>)

export interface Upstream {
  (request: Request): Promise<Response>
  /** What was sent here, in order. */
  readonly requests: readonly Request[]
}

/** Goes through the script step by step, and stays at the last. */
export function upstream(...script: readonly Step[]): Upstream {
  const requests: Request[] = []
  const answer = async (request: Request) => {
    const step = script[Math.min(requests.length, script.length - 1)] ?? 200
    requests.push(request)
    if (step instanceof Error) throw step
    return typeof step === 'number' ? new Response(null, { status: step }) : step(request)
  }
  return Object.assign(answer, { requests })
}

/** Says nothing until the caller has gone, and then fails as a fetch does. */
export function hang({ signal }: { readonly signal: AbortSignal }): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason)
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}

/** Answers `ms` milliseconds later, unless the caller has gone by then. */
export function answersIn(clock: Clock, ms: number, status = 200): (request: Request) => Promise<Response> {
  return async function answersIn({ signal }) {
    await pause(clock, ms, signal)
    return new Response(null, { status })
  }
}

/** Waits, unless the caller has gone by then. */
export function pause(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason)
    const stop = clock.after(ms, resolve)
    signal?.addEventListener(
      'abort',
      () => {
        stop()
        reject(signal.reason)
      },
      { once: true },
    )
  })
}

/** What workerd says of a connection that was refused, reset or cut. */
export function connectionLost(): Error {
  return new Error('Network connection lost.')
}

/** A response that carries these headers. */
export function withHeaders(status: number, headers: Record<string, string>): () => Response {
  return () => new Response(null, { status, headers })
}

/** A clock for many short runs: its turns of the event loop wait for no timer of the platform. */
export function quickClock(): VirtualClock {
  return virtualClock({
    async flush() {
      for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve))
    },
  })
}
