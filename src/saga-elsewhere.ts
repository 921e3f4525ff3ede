/** The same list where there is no `cloudflare:workers`: Node, where sagas are tested. */

export { sagas } from './saga/elsewhere.ts'
export type { Call, EventOptions, Forward, StepContext, Undo, UndoContext } from './saga/forms.ts'
export { type Decided, type Definition, type Saga, type SagaOptions, saga } from './saga/saga.ts'
export { Refused } from './saga/verdict.ts'
