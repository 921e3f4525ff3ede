/** Where a mesh tells what it did. It must not throw, and nobody waits for it. */
import type { Span } from './span.ts'

export interface Sink {
  /** A span has ended. It is a plain value and will not change. */
  span(span: Span): void
}
