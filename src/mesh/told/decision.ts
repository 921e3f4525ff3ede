/** A decision, told: what would become of a request, and why. Plain values, as the API answers them. */

import type { MeshErrorCode } from '../../core/errors.ts'
import type { AccessNote } from '../../core/receipt.ts'
import type { Unsure } from './claims.ts'

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
  /** What the records on the way say of the caller, where they say who may call. */
  readonly access?: readonly AccessTold[] | undefined
  /** Why it is led nowhere. */
  readonly refused?: Refused | undefined
}

/** What a record says of the caller. */
export type AccessTold = AccessNote | AccessUnsure

/** It depends on claims, which are not known: the rest is told as if a token let the caller in. */
export interface AccessUnsure extends Omit<AccessNote, 'effect'>, Unsure {
  readonly effect: Unknown
}

/** A registry key that was read. */
export interface ReadKey {
  readonly key: string
  /** Does a record stand there? */
  readonly isThere: boolean
  readonly revision?: string | undefined
  /** Was it given with the question, in place of what stands there? */
  readonly isWhatIf?: true
}

export interface RecordTold {
  readonly key: string
  readonly revision?: string | undefined
  readonly rules: readonly RuleTold[]
}

export interface RuleTold {
  /** Its name, or where it stands: `rules[2]`. */
  readonly label: string
  /** Does one of its matches hold? */
  readonly matched: boolean
  /** Is it the rule of this request? */
  readonly isTaken: boolean
  readonly why: string
  readonly matches: readonly MatchTold[]
}

export interface MatchTold {
  readonly holds: boolean
  readonly conditions: readonly ConditionTold[]
}

export interface ConditionTold {
  /** `path`, `method`, `header x-env` or `query page`. */
  readonly on: string
  readonly type: string
  readonly wanted: string
  /** What the request has there; `null` where it has nothing. */
  readonly found: string | null
  readonly holds: boolean
  /** Why it was not even tried. */
  readonly refused?: string
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

export interface FilterTold {
  readonly type: string
  /** In words. */
  readonly does: string
}

/** What only the isolates know, each for itself. */
export type Unknown = 'unknown'

export interface CandidateTold {
  /** Its id, as on a receipt. */
  readonly endpoint: string
  readonly kind: string
  readonly weight: number
  readonly locality?: string | undefined
  /** `drained`: it has weight 0 beside others. `unknown`: nobody has said which bindings there are. */
  readonly state: 'reachable' | 'unreachable' | 'drained' | 'unknown'
  readonly because?: string
  readonly ejected: Unknown
  readonly inFlight: Unknown
  readonly latencyMs: Unknown
}

/** A value of a policy as it is in effect. */
export interface ValueTold {
  /** As in a record: `timeouts.request`. */
  readonly field: string
  readonly value: unknown
  /** Who wrote it: `built in`, `MESH_DEFAULTS`, `record`, or `rule` and its label. */
  readonly source: string
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
