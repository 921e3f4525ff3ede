/** Lends an attempt what is left of the allowance, and takes back what it did not use. */
import type { Allowance, Loan } from '../../core/allowance.ts'
import { type Ended, type Ending, errorEnding } from '../../core/ending.ts'
import type { Target } from '../../core/endpoint.ts'
import type { Cancellation } from '../../core/engine/cancellation.ts'
import { observer } from '../../core/engine/observer.ts'
import { readRetriesUsed } from '../../wire/allowance.ts'
import { type Seen, seen } from '../../wire/answer/seen.ts'

interface Needs {
  readonly allowance: Allowance
  readonly attempt: Ended & { readonly mayRepeat: boolean }
  readonly work: Cancellation
  /** The endpoint that was picked, and whether its answers settle what they are lent. */
  readonly candidate: { readonly endpoint: { readonly target: Target }; settles: boolean | undefined }
  readonly service: { readonly candidates: readonly unknown[]; readonly timeouts: { readonly attemptMs: number } }
}

interface Gives {
  readonly lent: number
  readonly loan: Loan
  /** Did the endpoint account for what it was lent, when it was lent? Another call may learn more meanwhile. */
  readonly settled: boolean | undefined
  /** Where it stands over one that has looked at the answer already. */
  readonly seen: Seen
}

/**
 * Beneath balance: what is lost with an answer depends on who was asked.
 *
 * An answer says what was used beneath. One that does not is of an application that retries nothing: it is lent nothing
 * from then on. But where no answer came, or one without a word of it from an endpoint that has settled before (something
 * in front of it spoke), everything lent may have been used, and is charged. Where that can happen
 * one retry is kept back for ourselves; elsewhere all are lent, so that they are spent next to the failure, where they
 * repeat the least. With this the calls at the end of a chain never exceed 1 + allowance, whatever fails in between.
 */
export const lend = observer<Needs, Gives>('lend', {
  enter(_request, context) {
    const { allowance, attempt, candidate, service } = context
    const { settles } = candidate
    const { target } = candidate.endpoint
    const keep = attempt.mayRepeat && mayLose(target, service) ? 1 : 0
    // Retries given to one who does not account for them could be spent twice; a queue answers before anything is called.
    const loan = allowance.lend(settles === false || target.kind === 'queue' ? allowance.left : keep)
    context.lent = loan.amount
    context.loan = loan
    context.settled = settles
  },
  answered(response, { candidate, loan, settled, seen: look = seen(response.headers) }) {
    const used = readRetriesUsed(look)
    loan?.settle(used ?? (settled ? loan.amount : 0))
    candidate.settles = used !== undefined
    return response
  },
  failed(error, { loan, attempt, work }) {
    loan?.settle(isUnused(errorEnding(attempt, error, work)) ? 0 : loan.amount)
    return undefined
  },
})

/** Was the attempt not sent at all, or was there nobody who could have used what it was lent? */
function isUnused({ outcome, pushback }: Ending): boolean {
  return outcome === 'unsent' || pushback?.verdict === 'go'
}

/** A binding to the only endpoint is as sure as a call within this Worker; a network, or a time limit, is not. */
function mayLose(target: Target, { candidates, timeouts }: Needs['service']): boolean {
  return target.kind === 'url' || candidates.length > 1 || timeouts.attemptMs !== Number.POSITIVE_INFINITY
}
