/** A decision, told: what would become of a request, and why. Plain values, as the API answers them. */
import type { MeshErrorCode } from '../../core/errors.ts'
import type { CandidateTold } from './candidates.ts'
import type { FilterTold } from './filters-told.ts'
import type { ValueTold } from './policy-told.ts'
import type { ReadKey } from './reads.ts'
import type { RuleTold } from './why.ts'

export interface Decision {
  readonly request: { readonly method: string; readonly name: string; readonly path: string }
  /** The name that was called, then each alias and wildcard that was followed. */
  readonly names: readonly string[]
  /** The registry key of the record that decides, and its revision. */
  readonly key?: string | undefined
  readonly revision?: string | undefined
  readonly read: readonly ReadKey[]
  /** The rules of each record that was asked, in turn. */
  readonly records: readonly RecordTold[]
  /** Where the request may be led, with the share of each: one, where nothing is left to chance. */
  readonly leads: readonly Lead[]
  /** Why it is led nowhere. */
  readonly refused?: Refused | undefined
}

export interface RecordTold {
  readonly key: string
  readonly revision?: string | undefined
  readonly rules: readonly RuleTold[]
}

export interface Lead {
  /** The rule that leads there, where the record has any. */
  readonly rule?: string | undefined
  /** A name in the registry; left out where the record's own endpoints are meant. */
  readonly backend?: string | undefined
  /** Of the requests that the rule matches, 0 to 1. */
  readonly share: number
  /** Does it go there for its session, whatever the weights? */
  readonly isKept?: true
  readonly filters: readonly FilterTold[]
  /** The key of the record whose endpoints are meant, and its revision. */
  readonly key?: string | undefined
  readonly revision?: string | undefined
  readonly candidates: readonly CandidateTold[]
  readonly policy: readonly ValueTold[]
  readonly outcome: Outcome
}

export type Outcome =
  /** It is sent to one of the candidates, which sees this host and path. */
  | { readonly is: 'sent'; readonly host: string; readonly path: string }
  /** A filter answers it, and nothing is sent. */
  | { readonly is: 'answered'; readonly status: number; readonly location?: string | undefined }
  | Refused

/** The caller gets this error of the mesh. */
export interface Refused {
  readonly is: 'refused'
  readonly code: MeshErrorCode
  readonly status: number
  readonly detail: string
}
