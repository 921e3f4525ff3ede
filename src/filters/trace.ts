/** Opens a span, and ends it with what came of it. */
import type { Clock } from '../core/clock.ts'
import { MeshError } from '../core/errors.ts'
import { classify, classifyError, type Outcome } from '../core/outcome.ts'
import type { Random } from '../core/random.ts'
import type { Filter } from '../core/service.ts'
import type { Sink } from '../core/sink.ts'
import { openSpan, type Span, type Trace } from '../core/span.ts'

interface Needs {
  readonly clock: Clock
  readonly random: Random
  /** The trace this belongs to; without one it is the first of its own. */
  readonly trace: Trace | undefined
}

/** A span for the request that came in. Above all that can refuse: refusals are traced too. */
export function serverTrace(sink: Sink): Filter<Needs, { trace: Trace }> {
  return function serverTrace(request, { clock, random, trace }, next) {
    const span = openSpan('server', request.method, trace, clock.now(), random)
    return told(span, sink, clock, next(request, { trace: traceOf(span, trace) }))
  }
}

/** A span for each attempt that goes out. */
export function clientTrace(
  sink: Sink,
): Filter<Needs & { attempt: { number: number }; endpoint: { id: string } }, { trace: Trace }> {
  return function clientTrace(request, { clock, random, trace, attempt, endpoint }, next) {
    const span = openSpan('client', endpoint.id, trace, clock.now(), random)
    span.attempt = attempt.number
    return told(span, sink, clock, next(request, { trace: traceOf(span, trace) }))
  }
}

function told(span: Span, sink: Sink, clock: Clock, answer: Promise<Response>): Promise<Response> {
  return answer.then(
    (response) => {
      span.status = response.status
      end(classify(response))
      return response
    },
    (error) => {
      span.error = error instanceof MeshError ? error.code : undefined
      end(classifyError(error))
      throw error
    },
  )

  function end(outcome: Outcome): void {
    span.outcome = outcome
    span.endedAt = clock.now()
    sink.span(span)
  }
}

/** What the next hop is told: this span is its parent; state and baggage go on as they came. */
function traceOf({ traceId, spanId, flags }: Span, from: Trace | undefined): Trace {
  return { traceId, spanId, flags, state: from?.state, baggage: from?.baggage }
}
