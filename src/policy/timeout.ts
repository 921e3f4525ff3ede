/** How long a request may take: `timeouts` of the Gateway API (GEP-1742). */
import * as v from 'valibot'
import { durationMs } from './duration.ts'
import { duration, must, object } from './schema.ts'

export function timeouts() {
  return v.pipe(
    object({
      /** The whole call: all attempts and the waits between them. "0s" switches it off. */
      request: v.optional(duration()),
      /** One attempt, until its response headers. "0s" switches it off. */
      backendRequest: v.optional(duration()),
    }),
    must(
      ({ request, backendRequest }: Timeouts) =>
        !request || !backendRequest || durationMs(request) === 0 || durationMs(backendRequest) <= durationMs(request),
      'backendRequest to be no longer than request',
    ),
  )
}

export interface Timeouts {
  request?: string | undefined
  backendRequest?: string | undefined
}

export interface TimeoutPolicy {
  /** Milliseconds for the whole call; `Infinity` where it is switched off. Default 15_000 (Envoy's route timeout). */
  readonly requestMs: number
  /** Milliseconds for one attempt; `Infinity`, the default, leaves it to the whole call. */
  readonly attemptMs: number
  /** Does a rule bound the whole call? Default: its record does, or the mesh. */
  readonly isOfRule?: boolean
}

export function timeoutPolicy(written: Timeouts = {}): TimeoutPolicy {
  return { requestMs: limit(written.request ?? '15s'), attemptMs: limit(written.backendRequest ?? '0s') }
}

/** GEP-1742: zero switches a timeout off. */
function limit(text: string): number {
  return durationMs(text) || Number.POSITIVE_INFINITY
}
