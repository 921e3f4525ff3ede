/** How often a service may be called: `limits.rate`. */
import * as v from 'valibot'
import { durationMs } from '../../schema/duration.ts'
import { duration, either, object, oneOf, text, whole } from '../../schema/kit.ts'

/** Counted as the record says. */
export interface CountedRate {
  count: number
  interval: string
  per?: string | undefined
  whenUnavailable?: Unavailable | undefined
}

/** Counted by the platform, as the binding is configured: about, and each location by itself. */
export interface BoundRate {
  binding: string
  per?: string | undefined
}

export type WrittenRate = CountedRate | BoundRate

/** What becomes of a request that nobody could count. */
export type Unavailable = 'allow' | 'deny'

/** RFC 9110 §5.6.2: a header's name is a token. */
const PER = /^(?:caller|service|ip|header:[A-Za-z0-9!#$%&'*+\-.^_`|~]{1,128})$/
const BINDING_NAME = /^[A-Za-z_$][\w$]{0,127}$/
const HEADER = 'header:'

export function rate() {
  const per = text(PER, '"caller", "service", "ip" or "header:" and a name')
  const counted: v.GenericSchema<CountedRate> = object({
    count: whole(1, 100_000, 'a whole number from 1 to 100,000'),
    interval: duration('a duration from 1s to 1h', 1000, 3_600_000),
    per: v.optional(per),
    whenUnavailable: v.optional(oneOf('allow', 'deny')),
  })
  const bound: v.GenericSchema<BoundRate> = object({
    binding: text(BINDING_NAME, 'the name of a rate limit binding'),
    per: v.optional(per),
  })
  const isBound = (value: unknown) => typeof value === 'object' && value !== null && 'binding' in value
  return either<WrittenRate>([counted, bound], (value) => (isBound(value) ? bound : counted))
}

export interface RatePolicy {
  /** What stands in the record; it names the policy in answers. Default `caller`. */
  readonly per: string
  /** The header by whose value requests are told apart. */
  readonly header: string | undefined
  /** Requests that an interval lets in, 1 to 100,000. `undefined` where a binding knows. */
  readonly count: number | undefined
  /** 1_000 to 3_600_000. 0 where a binding knows. */
  readonly intervalMs: number
  /** The platform's binding that counts; `undefined`: the mesh does. */
  readonly binding: string | undefined
  /** Default `allow`, as Envoy's `failure_mode_deny: false`: what counts requests must not take the service down. */
  readonly whenUnavailable: Unavailable
}

/** What the mesh obeys, made where it counts: a mesh that does not carries none of it. */
export function ratePolicy(written: WrittenRate): RatePolicy {
  const { per = 'caller' } = written
  const header = per.startsWith(HEADER) ? per.slice(HEADER.length) : undefined
  const { count, interval = '', whenUnavailable = 'allow', binding }: Partial<CountedRate & BoundRate> = written
  return { per, header, count, intervalMs: durationMs(interval), binding, whenUnavailable }
}
