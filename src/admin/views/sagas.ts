/** What the admin API takes and answers of sagas. */
import type { SagaState } from '../../core/saga/told.ts'
import type { Paging } from './records.ts'

export interface SagaView {
  readonly id: string
  readonly saga: string
  /** 0: no code of this saga was there. */
  readonly version: number
  readonly state: SagaState
  /** Where it stands: behind the pivot, where it stood last. */
  readonly step: string
  /** Why it turned back, or stands still. */
  readonly because: string | null
  /** The type of the event that it waits for. */
  readonly waitsFor: string | null
  /** The trace of all its calls, 32 hex digits. */
  readonly traceId: string | null
  readonly cancelledBy: string | null
  /** What was decided last, by whom and why. */
  readonly decided: string | null
  /** ISO 8601, UTC. */
  readonly startedAt: string
  readonly changedAt: string
  readonly parkedAt: string | null
  readonly endedAt: string | null
  /** What the Workflow says of it, where one is asked for, and the control plane is bound to the Workflow. */
  readonly engine?: { readonly status: string; readonly error?: string }
}

export interface SagasOptions extends Paging {
  readonly state?: SagaState
  readonly saga?: string
  readonly version?: number
}

/** Who says so and why: kept beside the name of the token. */
export interface Why {
  readonly message?: string
}
