/** Lends an attempt what is left of the allowance, and takes back what it did not use. */
import type { Allowance } from '../../core/allowance.ts'
import { classifyError } from '../../core/outcome.ts'
import type { Filter } from '../../core/service.ts'
import { readRetriesUsed } from '../../wire/allowance.ts'

interface Needs {
  readonly allowance: Allowance
  readonly attempt: { readonly mayRepeat: boolean }
  /** The endpoint that was picked, and whether its answers settle what they are lent. */
  readonly candidate: { settles: boolean | undefined }
}

/**
 * Beneath balance: what is lost with an answer depends on who was asked.
 *
 * An answer says what was used beneath; one that does not is of an application that retried nothing. Where no answer
 * came, everything lent may have been used and is charged, unless this endpoint has answered before and never settled:
 * then no mesh is behind it. One retry is kept back for ourselves, so that a lost answer can still be retried. With this
 * the calls at the end of a chain never exceed 1 + allowance, whatever fails in between.
 */
export const lend: Filter<Needs, { lent: number }> = async function lend(
  request,
  { allowance, attempt, candidate },
  next,
) {
  // Retries given to one who does not account for them could be spent twice.
  const loan = allowance.lend(candidate.settles === false ? allowance.left : attempt.mayRepeat ? 1 : 0)
  try {
    const response = await next(request, { lent: loan.amount })
    const used = readRetriesUsed(response.headers)
    if (used !== undefined) candidate.settles = true
    else candidate.settles ??= false
    loan.settle(used ?? 0)
    return response
  } catch (error) {
    loan.settle(candidate.settles === false || classifyError(error) === 'unsent' ? 0 : loan.amount)
    throw error
  }
}
