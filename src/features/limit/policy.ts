/** How much may be under way at once, and how often a service may be called: `limits`. */
import * as v from 'valibot'
import { object, onDemand, whole } from '../../schema/kit.ts'
import { rate, type WrittenRate } from './rate-policy.ts'

export interface Limits {
  /** Requests in flight to one endpoint, from one isolate. */
  maxInFlight?: number | undefined
  rate?: WrittenRate | undefined
}

export function limits() {
  return object({
    maxInFlight: v.optional(whole(1, 10_000, 'a whole number from 1 to 10,000')),
    rate: v.optional(onDemand(rate)),
  }) as v.GenericSchema<Limits>
}

export interface LimitPolicy {
  /**
   * Requests in flight to one endpoint, from one isolate, 1 to 10,000. Default 64: ten a second that take six seconds each
   * (Little's law), where a healthy isolate has one or two. What has more under way waits for an endpoint that is stuck.
   */
  readonly maxInFlight: number
  /** How often it may be called. Default: nobody counts. */
  readonly rate: WrittenRate | undefined
}

export function limitPolicy({ maxInFlight = 64, rate }: Limits = {}): LimitPolicy {
  return { maxInFlight, rate }
}
