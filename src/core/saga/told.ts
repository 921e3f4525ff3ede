/** What a saga tells of itself: how it stands, where, and why. */

/**
 * The last four are ends. `late`: a step that may not be given up fails again and again. `failed`: its Workflow instance was ended by
 * hand, or the engine gave it up; what it has done stays done.
 */
export const SAGA_STATES = [
  'running',
  'late',
  'parked',
  'completed',
  'compensated',
  'compensation_incomplete',
  'failed',
] as const

/** How a saga stands. */
export type SagaState = (typeof SAGA_STATES)[number]

/** Nothing comes after these. */
export const SAGA_ENDS: readonly SagaState[] = ['completed', 'compensated', 'compensation_incomplete', 'failed']

export interface SagaTold {
  readonly id: string
  readonly saga: string
  /** 0 where no code of this saga was there. */
  readonly version: number
  readonly state: SagaState
  /** The step at which it stands. */
  readonly step: string
  /** Why it turned back, or stands still. */
  readonly because?: string | undefined
  /** The Workflow, by its name in the Worker that started it. */
  readonly binding?: string | undefined
  /** Of all its calls. */
  readonly traceId?: string | undefined
}
