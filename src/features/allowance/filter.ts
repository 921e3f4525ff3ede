/** lend: gives each attempt what is left of the allowance, and takes back what it did not use. */
import type { Allowance, Loan } from '../../core/allowance.ts'
import { type Ended, type Ending, errorEnding } from '../../core/ending.ts'
import type { Traits } from '../../core/endpoint.ts'
import type { Cancellation } from '../../core/engine/cancellation.ts'
import { observer } from '../../core/engine/stack.ts'
import { readRetriesUsed } from '../../wire/allowance.ts'

interface LendNeeds {
  readonly allowance: Allowance
  readonly attempt: Ended & { readonly mayRepeat: boolean; readonly retriesUsed?: string | null | undefined }
  readonly work: Cancellation
  /** The chosen endpoint. `settles`: do its answers say how many retries were used? */
  readonly candidate: {
    readonly endpoint: { readonly traits: Pick<Traits, 'isRemote' | 'neverSettles'> }
    settles: boolean | undefined
  }
  readonly service: { readonly candidates: readonly unknown[]; readonly timeouts: { readonly attemptMs: number } }
}

interface LendGives {
  readonly lent: number
  readonly loan: Loan
  /** The value of `settles` when the attempt was sent. Another call may change it meanwhile. */
  readonly settled: boolean | undefined
}

/**
 * Beneath balance: how much is lent depends on the endpoint.
 *
 * - An answer with `selvedge-retries-used` settles the loan.
 * - An answer without it comes from an application that does not retry. The loan comes back whole, and the endpoint is lent
 *   nothing from then on.
 * - Where no answer came, everything lent may have been used, and is charged. So is an answer without the header from an
 *   endpoint that has settled before: something in front of it answered.
 * - Where an answer can be lost so, one retry is kept for this hop. Elsewhere all are lent, so that the hop next to the failure
 *   retries: that repeats the least work.
 *
 * So the end of a chain is called at most 1 + allowance times (docs/allowance.md).
 */
export const lend = observer<LendNeeds, LendGives>('lend', {
  enter(_request, context) {
    const { allowance, attempt, candidate, service } = context
    const { settles } = candidate
    const { traits } = candidate.endpoint
    const keep = attempt.mayRepeat && mayLose(traits, service) ? 1 : 0
    // Retries lent to an endpoint that does not settle could be used twice.
    const loan = allowance.lend(settles === false || traits.neverSettles ? allowance.left : keep)
    context.lent = loan.amount
    context.loan = loan
    context.settled = settles
  },
  answered(response, { attempt, candidate, loan, settled }) {
    const used = readRetriesUsed(attempt.retriesUsed)
    loan?.settle(used ?? (settled ? loan.amount : 0))
    candidate.settles = used !== undefined
    return response
  },
  failed(error, { loan, attempt, work }) {
    loan?.settle(isUnused(errorEnding(attempt, error, work)) ? 0 : loan.amount)
    return undefined
  },
})

/** Is it certain that the loan was not used: the attempt was not sent, or nobody processed it? */
function isUnused({ outcome, pushback }: Ending): boolean {
  return outcome === 'unsent' || pushback?.verdict === 'go'
}

/** Can the answer be lost? Not on a binding to the only endpoint, unless an attempt has a timeout. */
function mayLose({ isRemote }: Pick<Traits, 'isRemote'>, { candidates, timeouts }: LendNeeds['service']): boolean {
  return isRemote || candidates.length > 1 || timeouts.attemptMs !== Number.POSITIVE_INFINITY
}
