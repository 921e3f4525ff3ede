/** Opens a span, and ends it with what came of it. */
import type { Clock } from '../core/clock.ts'
import { MeshError } from '../core/errors.ts'
import { observer } from '../core/observer.ts'
import { classify, classifyError, type Outcome } from '../core/outcome.ts'
import type { Random } from '../core/random.ts'
import type { Observer, Room } from '../core/run.ts'
import type { Sink } from '../core/sink.ts'
import { openSpan, type Span, type Trace } from '../core/span.ts'
import type { HeaderSource } from '../wire/headers.ts'
import { statusOf } from '../wire/status.ts'

interface Needs {
  readonly clock: Clock
  readonly random: Random
  /** Of this request; `undefined` where no request came. */
  readonly headers: HeaderSource | undefined
  /** The trace this belongs to; without one it is the first of its own. */
  readonly trace: Trace | undefined
}

interface Gives {
  readonly trace: Trace
  readonly span: Span
}

/** A span for the request that came in. Above all that can refuse: refusals are traced too. */
export const serverTrace = (sink: Sink) =>
  observer<Needs, Gives>('serverTrace', {
    enter(request, context) {
      const { clock, random, trace } = context
      open(context, openSpan('server', request.method, trace, clock.now(), random))
    },
    ...ended(sink),
  })

/** A span for each attempt that goes out. */
export const clientTrace = (sink: Sink) =>
  observer<Needs & { attempt: { number: number }; endpoint: { id: string } }, Gives>('clientTrace', {
    enter(_request, context) {
      const { clock, random, trace, attempt, endpoint } = context
      const span = openSpan('client', endpoint.id, trace, clock.now(), random)
      span.attempt = attempt.number
      open(context, span)
    },
    ...ended(sink),
  })

/** What the next hop is told: this span is its parent; state and baggage go on as they came. */
function open(context: Room<Gives>, span: Span): void {
  const { trace } = context
  const { traceId, spanId, flags } = span
  context.span = span
  context.trace = { traceId, spanId, flags, state: trace?.state, baggage: trace?.baggage }
}

function ended(sink: Sink): Pick<Observer<Needs, Gives>, 'answered' | 'failed'> {
  return {
    answered(response, context) {
      const span = context.span as Span
      span.status = response.status
      end(span, classify(statusOf(response, context.headers)), context)
      return response
    },
    failed(error, context) {
      const span = context.span as Span
      span.error = error instanceof MeshError ? error.code : undefined
      end(span, classifyError(error), context)
      return undefined
    },
  }

  function end(span: Span, outcome: Outcome, { clock }: Needs): void {
    span.outcome = outcome
    span.endedAt = clock.now()
    sink.span(span)
  }
}
