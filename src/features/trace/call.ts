/** callTrace: a span for a call to a name, above those of its attempts. A mesh makes it where its sink asks for it. */
import { observer, type Room } from '../../core/engine/stack.ts'
import { MeshError } from '../../core/errors.ts'
import { type Outcome, outcomeOf, outcomeOfError } from '../../core/outcome.ts'
import type { CallTracing, CallTracingGives, CallTracingNeeds } from '../../core/sink.ts'
import { openSpan, type Span } from '../../core/span.ts'

/** As much as is told of a call when its span ends. */
type Ending = CallTracingNeeds & Room<CallTracingGives>

/** @param tell is told of each span when it ends, and of the context that it ends in. */
export function callTrace(
  tell: (span: Span, context: Ending, request: Request) => void,
  share: number | undefined,
): CallTracing {
  function end(context: Ending, request: Request, outcome: Outcome, status?: number, error?: unknown): void {
    const { callSpan: span, clock } = context
    if (!span) return
    span.outcome = outcome
    span.status = status
    if (error instanceof MeshError) span.error = error.code
    span.endedAt = clock.now()
    tell(span, context, request)
  }

  return observer<CallTracingNeeds, CallTracingGives>('callTrace', {
    enter(_request, context) {
      const { clock, random, trace, name } = context
      const span = openSpan('call', name, trace, clock.now(), random, share)
      const { traceId, spanId, flags } = span
      const gives: Room<CallTracingGives> = context
      gives.callSpan = span
      // For the attempts this span is the parent.
      gives.trace = { traceId, spanId, flags, state: trace?.state, baggage: trace?.baggage }
      return undefined
    },
    answered(response, context, request) {
      // An answer that passes is the last attempt's; its outcome has been read there.
      const outcome = context.receipt.attempts.at(-1)?.outcome ?? outcomeOf(response.status, false)
      end(context, request, outcome, response.status)
      return response
    },
    failed(error, context, request) {
      end(context, request, outcomeOfError(error), undefined, error)
      return undefined
    },
  })
}
