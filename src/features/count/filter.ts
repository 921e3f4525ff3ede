/** count: tells the numbers of an isolate how each call ended, and those who look at calls. */
import { observer } from '../../core/engine/stack.ts'
import { MeshError } from '../../core/errors.ts'
import { outcomeOf, outcomeOfError } from '../../core/outcome.ts'
import type { Receipt } from '../../core/receipt.ts'
import type { Trace } from '../../core/span.ts'
import type { Clock } from '../../core/time/clock.ts'
import type { Numbers } from '../../telemetry/numbers/numbers.ts'
import type { CallOutcome } from '../../telemetry/numbers/numbers-digest.ts'
import type { Tapping } from '../../telemetry/tap/tapping.ts'

export interface CountNeeds {
  readonly clock: Clock
  readonly caller: string | undefined
  /** Path and query. */
  readonly path: string
  readonly trace: Trace | undefined
  readonly receipt: Receipt
  /** Keeps work alive that outlives the call, where somebody does. */
  readonly background?: ((work: Promise<unknown>) => void) | undefined
}

export interface CountGives {
  readonly calledAt: number
}

const PREFIX_LENGTH = 'services/'.length

/** At the top: what a caller sees is counted, whoever beneath has made it. */
export const count = (numbers: Pick<Numbers, 'count'>, tapping?: Tapping) => {
  /** @param answer the status of which is asked only where somebody looks: it costs as much as all else here. */
  function told(
    request: Request,
    { clock, caller, path, trace, receipt, calledAt = 0 }: CountNeeds & { calledAt?: number },
    outcome: CallOutcome,
    answer: Response | undefined,
    error: unknown,
  ): void {
    const failure = error instanceof MeshError ? error : undefined
    const call = {
      service: receipt.key === undefined ? '' : receipt.key.slice(PREFIX_LENGTH),
      caller,
      outcome,
      error: failure?.code,
      tookMs: clock.now() - calledAt,
      receipt,
    }
    numbers.count(call, trace)
    if (!tapping?.isOn) return
    const status = answer?.status ?? failure?.meaning.status
    tapping.see({ ...call, calledAt, method: request.method, path, status, traceId: trace?.traceId })
  }

  return observer<CountNeeds, CountGives>('count', {
    enter(_, context) {
      context.calledAt = context.clock.now()
      return undefined
    },
    answered(response, context, request) {
      // An answer that passes is the last attempt's; its outcome has been read there.
      const { attempts } = context.receipt
      told(request, context, attempts.at(-1)?.outcome ?? outcomeOf(response.status, false), response, undefined)
      return response
    },
    failed(error, context, request) {
      told(request, context, outcomeOfFailure(error), undefined, error)
      return undefined
    },
  })
}

/** What a caller may not do, or does wrong, is nothing of the service's: it counts neither for nor against it. */
export function outcomeOfFailure(error: unknown): CallOutcome {
  const outcome = outcomeOfError(error)
  const isCallers = outcome === 'unsent' && error instanceof MeshError && error.meaning.status < 500
  return isCallers ? 'rejected' : outcome
}
