/** A retry budget, and what it is told of each attempt. */
import { effectsOf } from '../core/effects.ts'
import type { Ending } from '../core/ending.ts'
import type { Source } from '../core/health/streak.ts'
import { type Asking, sourceOf } from './source.ts'

export interface RetryBudget {
  /** An attempt succeeded: it pays for a part of a retry. */
  deposit(): void
  /**
   * An attempt failed, was not answered in time or did not get through.
   *
   * @param source what was asked for, and by whom, where the request may be the cause.
   */
  fail(source?: Source): void
  /** May we retry? If so, it is paid for. */
  tryWithdraw(): boolean
  /** Retries that could be paid for now. */
  readonly balance: number
  /** Are the hops above told not to retry either, when there is none? */
  readonly stopsUpstream: boolean
}

/** Tells a budget how an attempt ended. */
export function tell(budget: RetryBudget, ending: Ending, request: Request, asking: Asking): void {
  const said = effectsOf(ending).budget
  if (said === 'success') budget.deposit()
  else if (said === 'doubt') budget.fail(sourceOf(request, asking))
  else if (said === 'fault') budget.fail()
}
