/** Retries granted down the chain, retries used up it. */
import { type HeaderSource, RETRY_ALLOWANCE } from './headers.ts'

/** More is never granted, whatever a header says. */
export const MAX_ALLOWANCE = 100

/** Retries that the caller grants, `undefined` where it grants none or writes nonsense. */
export function readAllowance(headers: HeaderSource): number | undefined {
  return count(headers.get(RETRY_ALLOWANCE))
}

/** Retries that an answer says were used beneath; `undefined` where no mesh settled it. */
export function readRetriesUsed({ retriesUsed }: { readonly retriesUsed: string | null }): number | undefined {
  return count(retriesUsed)
}

function count(text: string | null): number | undefined {
  if (text === null || !/^\d{1,3}$/.test(text)) return undefined
  return Math.min(Number(text), MAX_ALLOWANCE)
}
