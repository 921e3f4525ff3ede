/** How an attempt ended, and what that says of sending the request again. */
import { MeshError } from '../../core/errors.ts'
import { classify, classifyError, type Outcome } from '../../core/outcome.ts'
import { type Pushback, readPushback } from '../../wire/pushback.ts'

/** How an attempt ended: with an answer, or with an error. */
export type Ended =
  | { readonly response: Response; readonly error?: undefined }
  | { readonly response: undefined; readonly error: unknown }

export function outcomeOf({ response, error }: Ended): Outcome {
  return response ? classify(response) : classifyError(error)
}

/** What an answer that is a failure says itself, or a transport of its error; `undefined` of any other. */
export function pushbackOf({ response, error }: Ended, now: number): Pushback | undefined {
  if (response) return classify(response) === 'failure' ? readPushback(response.headers, now) : undefined
  const verdict = error instanceof MeshError ? error.verdict : undefined
  return verdict && { verdict, waitMs: undefined }
}

/**
 * Is it a failure that another attempt may cure?
 *
 * @param codes statuses that the rule tries again.
 */
export function isRetryable({ response, error }: Ended, pushback: Pushback | undefined, codes: ReadonlySet<number>) {
  if (!response) return pushback?.verdict === 'go' || isLost(error, codes)
  if (codes.has(response.status)) return true
  // Told when to come back, we may.
  return pushback?.verdict === 'go' || (response.status === 429 && pushback?.waitMs !== undefined)
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
