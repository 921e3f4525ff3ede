/** What came of a step: a value, so that a durable engine remembers it whatever it was. */

/**
 * Thrown by a step that must not be tried again: what was asked is refused for good, and nothing was done. Before and at the pivot
 * the saga turns back. `call` throws it for a definite status.
 */
export class Refused extends Error {
  override readonly name = 'Refused'
}

/** `refused`: nothing was done. `gaveUp`: nobody knows, after the last attempt. */
export type Verdict = { readonly ok: unknown } | { readonly refused: string } | { readonly gaveUp: string }

/** Characters of a reason that are kept. */
const REASON = 300

export function reasonOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).slice(0, REASON)
}

/** Why it is not done. */
export function whyNot(verdict: Exclude<Verdict, { readonly ok: unknown }>): string {
  return 'refused' in verdict ? verdict.refused : verdict.gaveUp
}
