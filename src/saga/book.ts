/** Where sagas are listed: what is told there, and what is asked. A saga goes on without it. */
import type { SagaTold } from '../core/saga/told.ts'

export interface Book {
  tell(told: SagaTold): Promise<unknown>
  /** Notes at which step it is, and which event it waits for. Gives who has called the saga off, where somebody has. */
  look(id: string, step: string, waitsFor?: string): Promise<string | undefined>
}
