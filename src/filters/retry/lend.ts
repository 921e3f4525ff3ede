/** Lends an attempt what is left of the allowance, and takes back what it did not use. */
import type { Allowance } from '../../core/allowance.ts'
import type { Target } from '../../core/endpoint.ts'
import { classifyError } from '../../core/outcome.ts'
import type { Filter } from '../../core/service.ts'
import type { TimeoutPolicy } from '../../policy/timeout.ts'
import { readRetriesUsed } from '../../wire/allowance.ts'

interface Needs {
  readonly allowance: Allowance
  readonly attempt: { readonly mayRepeat: boolean }
  /** The endpoint that was picked, and whether its answers settle what they are lent. */
  readonly candidate: { readonly endpoint: { readonly target: Target }; settles: boolean | undefined }
  readonly service: { readonly candidates: readonly unknown[]; readonly timeouts: TimeoutPolicy }
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
export const lend: Filter<Needs, { lent: number }> = function lend(
  request,
  { allowance, attempt, candidate, service },
  next,
) {
  // As it was when it was lent: another call may learn more meanwhile.
  const { settles } = candidate
  const keep = attempt.mayRepeat && mayLose(candidate.endpoint.target, service) ? 1 : 0
  // Retries given to one who does not account for them could be spent twice.
  const loan = allowance.lend(settles === false ? allowance.left : keep)
  return next(request, { lent: loan.amount }).then(
    (response) => {
      const used = readRetriesUsed(response.headers)
      loan.settle(used ?? (settles ? loan.amount : 0))
      candidate.settles = used !== undefined
      return response
    },
    (error) => {
      loan.settle(classifyError(error) === 'unsent' ? 0 : loan.amount)
      throw error
    },
  )
}

/** A binding to the only endpoint is as sure as a call within this Worker; a network, or a time limit, is not. */
function mayLose(target: Target, { candidates, timeouts }: Needs['service']): boolean {
  return target.kind === 'url' || candidates.length > 1 || timeouts.attemptMs !== Number.POSITIVE_INFINITY
}
