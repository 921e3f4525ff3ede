/** served: counts what a function was asked, as its callers saw it end. */
import { type ObserverFilter, observer } from '../../core/engine/stack.ts'
import { MeshError, type MeshErrorCode } from '../../core/errors.ts'
import { outcomeOf } from '../../core/outcome.ts'
import type { Receipt } from '../../core/receipt.ts'
import type { Span, Trace } from '../../core/span.ts'
import type { Clock } from '../../core/time/clock.ts'
import type { Numbers } from '../../telemetry/numbers/numbers.ts'
import type { CallOutcome } from '../../telemetry/numbers/numbers-digest.ts'
import { outcomeOfFailure } from './filter.ts'

export interface ServedNeeds {
  readonly clock: Clock
  readonly caller: string | undefined
  readonly receipt: Receipt
  readonly trace: Trace | undefined
  /** Of the request. */
  readonly span: Span | undefined
  readonly defer: ((work: Promise<unknown>) => void) | undefined
}

/**
 * Beneath rescue: why it failed is known.
 *
 * @param began a request came in: what is counted of it is told soon.
 */
export function served(numbers: Numbers, began: (defer: ServedNeeds['defer']) => void): ObserverFilter<ServedNeeds> {
  function count(
    { clock, caller, receipt, span, trace }: ServedNeeds,
    outcome: CallOutcome,
    error: MeshErrorCode | undefined,
  ): void {
    const now = clock.now()
    // By which name it is called, its binding says.
    numbers.count({ service: '', caller, outcome, error, tookMs: now - (span?.startedAt ?? now), receipt }, trace)
  }
  return observer<ServedNeeds>('served', {
    enter(_, { defer }) {
      began(defer)
      return undefined
    },
    answered(response, context) {
      count(context, outcomeOf(response.status, false), undefined)
      return response
    },
    failed(error, context) {
      // What a handler throws is answered as `internal`.
      if (error instanceof MeshError) count(context, outcomeOfFailure(error), error.code)
      else count(context, 'failure', 'internal')
      return undefined
    },
  })
}
