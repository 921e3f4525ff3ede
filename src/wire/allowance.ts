/** Retries granted down the chain, retries used up it. */
import { type HeaderSource, RETRY_ALLOWANCE } from './headers.ts'

/** More is never granted, whatever a header says. */
export const MAX_ALLOWANCE = 100

/** Retries that the caller grants, `undefined` where it says nothing. Of several the least counts; what cannot be read is 0. */
export function readAllowance(headers: HeaderSource): number | undefined {
  return counts(headers.get(RETRY_ALLOWANCE), 0)?.reduce((one, other) => Math.min(one, other))
}

/**
 * Retries that an answer says were used beneath; `undefined` where no mesh settled it. Of several the most counts; what
 * cannot be read is all that could be.
 */
export function readRetriesUsed(text: string | null | undefined): number | undefined {
  return counts(text, MAX_ALLOWANCE)?.reduce((one, other) => Math.max(one, other))
}

/** A header that came twice is a list. */
function counts(text: string | null | undefined, unread: number): number[] | undefined {
  return text?.split(',').map((one) => (/^\s*\d+\s*$/.test(one) ? Math.min(Number(one), MAX_ALLOWANCE) : unread))
}
