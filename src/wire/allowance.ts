/** The allowance in headers: retries granted, on a request; retries used, on an answer. */
import { type HeaderSource, RETRY_ALLOWANCE } from './headers.ts'

/** The largest allowance. A header that says more counts as this. */
export const MAX_ALLOWANCE = 100

/**
 * Retries that the caller grants. `undefined` where there is no header. Of several values the least counts; one that cannot be
 * read is 0.
 */
export function readAllowance(headers: HeaderSource): number | undefined {
  return counts(headers.get(RETRY_ALLOWANCE), 0)?.reduce((one, other) => Math.min(one, other))
}

/**
 * Retries that were used beneath, by the header of an answer. `undefined` where there is none: no mesh has settled it. Of
 * several values the largest counts; one that cannot be read is the largest allowance.
 */
export function readRetriesUsed(text: string | null | undefined): number | undefined {
  return counts(text, MAX_ALLOWANCE)?.reduce((one, other) => Math.max(one, other))
}

/** The numbers of a list: a header that came twice is joined to one. */
function counts(text: string | null | undefined, unread: number): number[] | undefined {
  return text?.split(',').map((one) => (/^\s*\d+\s*$/.test(one) ? Math.min(Number(one), MAX_ALLOWANCE) : unread))
}
