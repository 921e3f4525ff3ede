/** How much may be under way at once: `limits`. */
import * as v from 'valibot'
import { object, whole } from '../../schema/kit.ts'

export function limits() {
  return object({
    /** Requests in flight to one endpoint, from one isolate. */
    maxInFlight: v.optional(whole(1, 10_000, 'a whole number from 1 to 10,000')),
  })
}

export type Limits = v.InferOutput<ReturnType<typeof limits>>

export interface LimitPolicy {
  /**
   * Requests in flight to one endpoint, from one isolate, 1 to 10,000. Default 64: ten a second that take six seconds each
   * (Little's law), where a healthy isolate has one or two. What has more under way waits for an endpoint that is stuck.
   */
  readonly maxInFlight: number
}

export function limitPolicy({ maxInFlight = 64 }: Limits = {}): LimitPolicy {
  return { maxInFlight }
}
