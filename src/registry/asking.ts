/** What the registry needs of the request that looks a name up. */
import type { Deadline } from '../core/deadline.ts'
import type { Subrequests } from '../core/engine/subrequests.ts'
import type { Clock } from '../core/time/clock.ts'

export interface Asking {
  readonly clock: Clock
  /** How long this request can wait. */
  readonly deadline: Deadline
  /** The subrequests that this request has left. */
  readonly subrequests: Subrequests
  defer(work: Promise<unknown>): void
}
