/** serverTrace, clientTrace: open a span, and end it with the outcome. */

import { type Ended, errorEnding } from '../../core/ending.ts'
import type { Cancellation } from '../../core/engine/cancellation.ts'
import type { Room } from '../../core/engine/stack.ts'
import { observer } from '../../core/engine/stack.ts'
import { MeshError } from '../../core/errors.ts'
import { type Outcome, outcomeOfError } from '../../core/outcome.ts'
import type { Sink, Telling } from '../../core/sink.ts'
import { openSpan, type Span, type Trace } from '../../core/span.ts'
import type { Random } from '../../core/time/random.ts'
import { answerEnding, outcomeIn } from '../../wire/answer/ending.ts'
import { statusOf } from '../../wire/answer/status.ts'
import type { HeaderSource } from '../../wire/headers.ts'

interface TraceNeeds extends Telling {
  readonly random: Random
  /** The headers of the request. `undefined` where the call has no request. */
  readonly headers: HeaderSource | undefined
  /** The trace of the request. Where there is none, a new one starts. */
  readonly trace: Trace | undefined
}

export interface TraceGives {
  readonly trace: Trace
  readonly span: Span | undefined
}

/** A span for the incoming request. Above all filters that can refuse it: refusals are traced, too. */
export const serverTrace = (sink: Sink) =>
  observer<TraceNeeds, TraceGives>('serverTrace', {
    enter(request, context) {
      const { clock, random, trace } = context
      open(context, openSpan('server', request.method, trace, clock.now(), random, sink.share))
    },
    answered(response, context, request) {
      end(sink, context, request, outcomeIn(response, statusOf(response, context.headers)), response.status)
      return response
    },
    failed(error, context, request) {
      end(sink, context, request, outcomeOfError(error), undefined, error)
      return undefined
    },
  })

interface AttemptTraceNeeds extends TraceNeeds {
  readonly headers: HeaderSource
  readonly attempt: Ended & { readonly number: number; readonly isHedge: boolean }
  readonly endpoint: { readonly id: string }
  readonly work: Cancellation
}

/** A span for each attempt. */
export const clientTrace = (sink: Sink) =>
  observer<AttemptTraceNeeds, TraceGives>('clientTrace', {
    enter(_request, context) {
      const { clock, random, trace, attempt, endpoint } = context
      const span = openSpan('client', endpoint.id, trace, clock.now(), random)
      span.attempt = attempt.number
      open(context, span)
    },
    answered(response, context, request) {
      const { attempt, headers, clock } = context
      end(sink, context, request, answerEnding(attempt, response, headers, clock).outcome, response.status)
      return response
    },
    failed(error, context, request) {
      end(sink, context, request, errorEnding(context.attempt, error, context.work).outcome, undefined, error)
      return undefined
    },
  })

/** For the next hop this span is the parent. State and baggage are forwarded as they came. */
function open(context: Room<TraceGives>, span: Span): void {
  const { trace } = context
  const { traceId, spanId, flags } = span
  context.span = span
  context.trace = { traceId, spanId, flags, state: trace?.state, baggage: trace?.baggage }
}

function end(
  sink: Sink,
  context: TraceNeeds & Room<TraceGives>,
  request: Request,
  outcome: Outcome,
  status: number | undefined,
  error?: unknown,
): void {
  const { span, clock } = context
  if (!span) return
  span.status = status
  span.outcome = outcome
  if (error instanceof MeshError) span.error = error.code
  span.endedAt = clock.now()
  sink.span(span, context, request)
}
