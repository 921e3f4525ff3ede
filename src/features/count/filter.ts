/** count: tells the numbers of an isolate how each call ended. */
import { observer } from '../../core/engine/stack.ts'
import { MeshError } from '../../core/errors.ts'
import { type Outcome, outcomeOf, outcomeOfError } from '../../core/outcome.ts'
import type { Receipt } from '../../core/receipt.ts'
import type { Clock } from '../../core/time/clock.ts'
import type { Numbers } from '../../telemetry/numbers/numbers.ts'

export interface CountNeeds {
  readonly clock: Clock
  readonly caller: string | undefined
  readonly receipt: Receipt
}

export interface CountGives {
  readonly calledAt: number
}

const PREFIX_LENGTH = 'services/'.length

/** At the top: what a caller sees is counted, whoever beneath has made it. */
export const count = (numbers: Numbers) =>
  observer<CountNeeds, CountGives>('count', {
    enter(_, context) {
      context.calledAt = context.clock.now()
      return undefined
    },
    answered(response, context) {
      // An answer that passes is the last attempt's; its outcome has been read there.
      const { attempts } = context.receipt
      told(numbers, context, attempts.at(-1)?.outcome ?? outcomeOf(response.status, false), undefined)
      return response
    },
    failed(error, context) {
      told(numbers, context, outcomeOfError(error), error)
      return undefined
    },
  })

function told(
  numbers: Numbers,
  { clock, caller, receipt, calledAt = 0 }: CountNeeds & { calledAt?: number },
  outcome: Outcome,
  error: unknown,
): void {
  numbers.count({
    service: receipt.key === undefined ? '' : receipt.key.slice(PREFIX_LENGTH),
    caller,
    outcome,
    error: error instanceof MeshError ? error.code : undefined,
    tookMs: clock.now() - calledAt,
    receipt,
  })
}
