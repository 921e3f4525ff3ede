/** What every request carries from the moment it arrives. It dies with the request; each attempt has its own view. */
import type { Clock } from './clock.ts'
import type { Random } from './random.ts'
import { type Receipt, receipt } from './receipt.ts'

export interface RequestContext {
  readonly clock: Clock
  readonly random: Random
  /** The caller's own signal: it aborts when the caller leaves. */
  readonly signal: AbortSignal | undefined
  /** Does the caller belong to the mesh? What others say can only take away. */
  readonly trusted: boolean
  /** What was decided for this request, noted as it goes. */
  readonly receipt: Receipt
  /** Keeps the isolate alive for work that outlives the answer (`ctx.waitUntil`). */
  defer(work: Promise<unknown>): void
}

/** A new context: everything but the clock and chance may be left out. */
export function requestContext(
  given: Pick<RequestContext, 'clock' | 'random'> & Partial<RequestContext>,
): RequestContext {
  return { signal: undefined, trusted: false, receipt: receipt(), defer: () => {}, ...given }
}
