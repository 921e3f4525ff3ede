/** What every request carries from the moment it arrives. It dies with the request. */

import type { Receipt } from '../receipt.ts'
import type { Clock } from '../time/clock.ts'
import type { Random } from '../time/random.ts'

export interface RequestContext {
  readonly clock: Clock
  readonly random: Random
  /** Does the caller belong to the mesh? What others say can only take away. */
  readonly trusted: boolean
  /** What was decided for this request, noted as it goes. */
  readonly receipt: Receipt
  /** Keeps the isolate alive for work that outlives the answer (`ctx.waitUntil`). */
  defer(work: Promise<unknown>): void
}
