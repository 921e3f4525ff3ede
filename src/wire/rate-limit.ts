/** RateLimit fields (draft-ietf-httpapi-ratelimit-headers): what a limit is, and when there is room again. */
import type { ErrorExtra } from '../core/errors.ts'
import { sfString } from './problem/proxy-status.ts'

export interface RateLimit {
  /** The name of the policy. */
  readonly policy: string
  /** Requests that it lets in within its window; `undefined` where nobody here knows. */
  readonly count: number | undefined
  readonly windowMs: number
}

const SECOND_MS = 1000

/**
 * Of a refusal, where nothing is left. Whole seconds, rounded up, as in Retry-After, which must not be earlier. There is no
 * partition key: it would name other callers.
 *
 * @param waitMs until there is room again.
 */
export function rateLimited({ policy, count, windowMs }: RateLimit, waitMs: number): ErrorExtra {
  const name = sfString(policy)
  const headers =
    count === undefined
      ? {}
      : {
          'ratelimit-policy': `${name};q=${count};w=${Math.ceil(windowMs / SECOND_MS)}`,
          ratelimit: `${name};r=0;t=${Math.ceil(waitMs / SECOND_MS)}`,
        }
  return { headers, members: { 'violated-policies': [policy] } }
}
