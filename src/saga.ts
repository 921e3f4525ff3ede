/** Sagas: business transactions across services, on Cloudflare Workflows. */

export type { SagaState, SagaTold } from './core/saga/told.ts'
export type { Book } from './saga/book.ts'
export type { SagasOptions } from './saga/entry.ts'
export { type SagasClass, sagas } from './saga/entrypoint.ts'
export type { Call, EventOptions, Forward, StepContext, Undo, UndoContext } from './saga/forms.ts'
export type { Decision } from './saga/park.ts'
export type { Outcome, Started } from './saga/run.ts'
export { type Decided, type Definition, type Saga, type SagaOptions, saga } from './saga/saga.ts'
export { Refused } from './saga/verdict.ts'
