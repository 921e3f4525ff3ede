/** How an attempt ended, and what that says of sending the request again. */
import { MeshError } from '../../core/errors.ts'
import { classify, classifyError, type Outcome } from '../../core/outcome.ts'
import type { HeaderSource } from '../../wire/headers.ts'
import { type Pushback, readPushback } from '../../wire/pushback.ts'
import { statusOf } from '../../wire/status.ts'

/** How an attempt ended: with an answer and its status, or with an error. */
export type Ended =
  | { readonly response: Response; readonly status: number; readonly error?: undefined }
  | { readonly response: undefined; readonly error: unknown }

/** @param request the headers that were sent. */
export function answered(response: Response, request: HeaderSource): Ended {
  return { response, status: statusOf(response, request) }
}

export function outcomeOf(ended: Ended): Outcome {
  return ended.response ? classify(ended.status) : classifyError(ended.error)
}

/** What an answer that is a failure says itself, or a transport of its error; `undefined` of any other. */
export function pushbackOf(ended: Ended, now: number): Pushback | undefined {
  const { response, error } = ended
  if (response) return classify(ended.status) === 'failure' ? readPushback(response.headers, now) : undefined
  const verdict = error instanceof MeshError ? error.verdict : undefined
  return verdict && { verdict, waitMs: undefined }
}

/**
 * Is it a failure that another attempt may cure?
 *
 * @param codes statuses that the rule tries again.
 */
export function isRetryable(ended: Ended, pushback: Pushback | undefined, codes: ReadonlySet<number>) {
  if (!ended.response) return pushback?.verdict === 'go' || isLost(ended.error, codes)
  if (codes.has(ended.status)) return true
  // Told when to come back, we may.
  return pushback?.verdict === 'go' || (ended.status === 429 && pushback?.waitMs !== undefined)
}

function isLost(error: unknown, codes: ReadonlySet<number>): boolean {
  if (!(error instanceof MeshError)) return false
  if (error.code === 'function_failed') return codes.has(error.meaning.status)
  return error.code === 'endpoint_unreachable' || error.code === 'attempt_timed_out'
}

/** An answer that nobody will read holds a connection until it is cancelled. */
export function discard({ response }: Ended): void {
  response?.body?.cancel().catch(() => {})
}
