/** Opens a span, and ends it with what came of it. */
import type { Clock } from '../core/clock.ts'
import { MeshError } from '../core/errors.ts'
import { classify, classifyError } from '../core/outcome.ts'
import type { Random } from '../core/random.ts'
import type { Filter, Next } from '../core/service.ts'
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
  return async function serverTrace(request, { clock, random, trace }, next) {
    const span = openSpan('server', request.method, trace, clock.now(), random)
    return told(span, sink, clock, () => next(request, { trace: traceOf(span, trace) }))
  }
}

/** A span for each attempt that goes out. */
export function clientTrace(
  sink: Sink,
): Filter<Needs & { attempt: { number: number }; endpoint: { id: string } }, { trace: Trace }> {
  return async function clientTrace(request, { clock, random, trace, attempt, endpoint }, next) {
    const span = openSpan('client', endpoint.id, trace, clock.now(), random)
    span.attempt = attempt.number
    return told(span, sink, clock, () => next(request, { trace: traceOf(span, trace) }))
  }
}

async function told(span: Span, sink: Sink, clock: Clock, go: () => ReturnType<Next<unknown>>): Promise<Response> {
  try {
    const response = await go()
    span.status = response.status
    span.outcome = classify(response)
    return response
  } catch (error) {
    span.outcome = classifyError(error)
    span.error = error instanceof MeshError ? error.code : undefined
    throw error
  } finally {
    span.endedAt = clock.now()
    sink.span(span)
  }
}

/** What the next hop is told: this span is its parent; state and baggage go on as they came. */
function traceOf({ traceId, spanId, flags }: Span, from: Trace | undefined): Trace {
  return { traceId, spanId, flags, state: from?.state, baggage: from?.baggage }
}
