/** An explanation of a call that was made: what its receipt says, in order, and what the same decisions come to when they are made again. */
import type { ReceiptView } from '../../wire/receipt/view.ts'

export interface Explanation {
  /** How it ended, in a sentence. */
  readonly summary: string
  /** In the order in which it went. */
  readonly steps: readonly StepTold[]
  /** The decisions that chance had a part in, made again by the same code of what the receipt holds. */
  readonly replayed: readonly Replayed[]
  /** What to do next, and where to read on. */
  readonly next: readonly NextStep[]
  readonly receipt: ReceiptView
}

export interface StepTold {
  /** `name`, `record`, `rule`, `backend`, `attempt 1`, `retry`, `left`. */
  readonly what: string
  readonly said: readonly string[]
  /** Of an attempt, who could have been chosen, and why each was or was not. */
  readonly candidates?: readonly ChosenOrNot[] | undefined
}

export interface ChosenOrNot {
  readonly endpoint: string
  readonly weight: number
  readonly inFlight: number
  readonly latencyMs?: number | undefined
  readonly isChosen: boolean
  readonly why: string
}

export interface Replayed {
  /** `backend`, or `endpoint of attempt 1`. */
  readonly what: string
  readonly observed: string | undefined
  /** Left out where it cannot be made again: `because` says why. */
  readonly again?: string | undefined
  readonly agrees?: boolean | undefined
  readonly because?: string | undefined
}

export interface NextStep {
  readonly do: string
  /** A page of docs/. */
  readonly link: string
}
