/** The steps of a saga, as whoever writes them sees them. */

/**
 * Calls a service by name, as `mesh.fetch` does, with the step's key, deadline and trace. What may be better later is thrown, and the
 * step is tried again; a definite status (3xx, 4xx but 408, 409, 423, 425 and 429; 501) is thrown as `Refused`.
 */
export type Call = (input: string | URL, init?: RequestInit) => Promise<Response>

export interface StepContext<Input, Done> {
  readonly call: Call
  /** What the saga was started with. */
  readonly input: Input
  /** What the steps before this one gave, by name. */
  readonly done: Done
  /** The saga's own id. */
  readonly id: string
  /** `saga~<id>~<step>`: the same at every attempt, and the same percent-encoded. `call` sends it as `Idempotency-Key` unless there is one. */
  readonly key: string
  /** 1 is the first. */
  readonly attempt: number
}

export interface UndoContext<Input, Done, Output> extends StepContext<Input, Done> {
  /** What the step gave; `undefined` where nobody knows whether it was done. */
  readonly output: Output | undefined
  /** Why the saga turned back. */
  readonly because: string
  /** The key of the step that is undone, as it stands in a path, too. The undo's own key is the same and `~undo`. */
  readonly undoes: string
}

export type Forward<Input, Done, Output> = (context: StepContext<Input, Done>) => Output | Promise<Output>
export type Undo<Input, Done, Output> = (context: UndoContext<Input, Done, Output>) => unknown

/** What is kept of what a step gave: of a Response its JSON, or its text. */
export type Kept<Output> = Output extends Response ? unknown : Output

export interface EventOptions {
  /** The type of the event that is waited for, as it is sent to `POST /<id>/events/<type>`. */
  readonly type: string
  /** How long, such as `"2 days"`; at most 365 days. */
  readonly timeout: string
}

/** What is done with a step, whatever the types of its saga. */
export interface Step {
  readonly name: string
  readonly kind: 'step' | 'event' | 'pivot'
  readonly forward?: (context: StepContext<never, never>) => unknown
  readonly undo?: ((context: UndoContext<never, never, never>) => unknown) | undefined
  readonly event?: { readonly type: string; readonly timeoutMs: number }
}
