/** Where sagas are listed: what is told there, and what is asked. A saga goes on without it. */

/** How a saga stands. The last three are ends. */
export type SagaState = 'running' | 'late' | 'parked' | 'completed' | 'compensated' | 'compensation_incomplete'

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

export interface Book {
  tell(told: SagaTold): Promise<unknown>
  /** Notes at which step it is, and which event it waits for. Gives who has called the saga off, where somebody has. */
  look(id: string, step: string, waitsFor?: string): Promise<string | undefined>
}
