/** How long a request may take: `timeouts` of the Gateway API (GEP-1742). */
import * as v from 'valibot'
import { durationMs } from '../../schema/duration.ts'
import { duration, must, object } from '../../schema/kit.ts'

/** Of a record. */
export function timeouts() {
  return v.pipe(
    object({
      ...ofCall(),
      /** How long a caller may send nothing of its body. "0s" switches it off. */
      bodyIdle: v.optional(duration()),
    }),
    inOrder(),
  )
}

/** Of a rule, as the Gateway API has them. */
export function ruleTimeouts() {
  return v.pipe(object(ofCall()), inOrder())
}

function ofCall() {
  return {
    /** The whole call: all attempts and the waits between them. "0s" switches it off. */
    request: v.optional(duration()),
    /** One attempt, until its response headers. "0s" switches it off. */
    backendRequest: v.optional(duration()),
  }
}

function inOrder() {
  return must(
    ({ request, backendRequest }: Timeouts) =>
      !request || !backendRequest || durationMs(request) === 0 || durationMs(backendRequest) <= durationMs(request),
    'backendRequest to be no longer than request',
  )
}

export interface Timeouts {
  request?: string | undefined
  backendRequest?: string | undefined
  bodyIdle?: string | undefined
}

export interface TimeoutPolicy {
  /** Milliseconds for the whole call; `Infinity` where it is switched off. Default 15_000 (Envoy's route timeout). */
  readonly requestMs: number
  /** Milliseconds for one attempt; `Infinity`, the default, leaves it to the whole call. */
  readonly attemptMs: number
  /** Milliseconds for which a caller may send nothing of its body; `Infinity` where it is switched off. Default 10_000. */
  readonly bodyIdleMs: number
  /** Does a rule bound the whole call? Default: its record does, or the mesh. */
  readonly isOfRule?: boolean
}

export function timeoutPolicy(written: Timeouts = {}): TimeoutPolicy {
  const { request = '15s', backendRequest = '0s', bodyIdle = '10s' } = written
  return { requestMs: limit(request), attemptMs: limit(backendRequest), bodyIdleMs: limit(bodyIdle) }
}

/** Of a rule. @param own what it says itself. */
export function ruleTimeoutPolicy(written: Timeouts, { request = '0s' }: Timeouts): TimeoutPolicy {
  return { ...timeoutPolicy(written), isOfRule: durationMs(request) > 0 }
}

/** GEP-1742: zero switches a timeout off. */
function limit(text: string): number {
  return durationMs(text) || Number.POSITIVE_INFINITY
}
