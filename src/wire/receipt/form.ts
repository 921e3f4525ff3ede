/** The form of a receipt in a header: `1.` and base64url of JSON, in which each endpoint is written once. */
import type { AttemptRead, CandidateRead, ChoiceRead, ReceiptView } from './view.ts'

/** The form that this version writes, and the only one that it reads. */
export const RECEIPT_VERSION = '1'
/** Characters of the header, at most. What does not fit is left out, and `leftOut` says what. */
export const MAX_RECEIPT_LENGTH = 4096

/** Endpoints stand in a list, `ids`; elsewhere stands their position in it. */
export interface Packed extends Omit<ReceiptView, 'choices' | 'attempts'> {
  readonly ids: readonly string[]
  readonly choices: readonly PackedChoice[]
  readonly attempts: readonly PackedAttempt[]
}

export interface PackedChoice extends Omit<ChoiceRead, 'candidates' | 'chosen'> {
  readonly candidates: readonly PackedCandidate[]
  readonly chosen?: number | undefined
}

export interface PackedAttempt extends Omit<AttemptRead, 'endpoint'> {
  readonly endpoint: number
}

/** Endpoint, weight, state, until when ejected or 0, in flight, latency or -1, cost, cold or 0, why skipped or 0. */
export type PackedCandidate = readonly number[]

export const STATES: readonly CandidateRead['state'][] = ['healthy', 'ejected', 'probed']
export const SKIPS: readonly CandidateRead['skipped'][] = [undefined, 'ejected', 'full', 'tried', 'farther']
