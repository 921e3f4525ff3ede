/** The last spans of this isolate, kept in memory. */
import type { Sink } from '../core/sink.ts'
import type { Span } from '../core/span.ts'

export interface SpanRing extends Sink {
  /** The spans that are kept, the oldest first. */
  spans(): Span[]
}

/** @param capacity spans kept, at least 1; the oldest make room. Default 64: what is kept here costs the collector of garbage. */
export function spanRing(capacity = 64): SpanRing {
  const ring: Span[] = []
  let next = 0
  return {
    span(span) {
      ring[next] = span
      next = (next + 1) % capacity
    },
    spans: () => (ring.length < capacity ? ring.slice() : [...ring.slice(next), ...ring.slice(0, next)]),
  }
}
