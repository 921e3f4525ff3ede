/** What checks look at: plain values, gathered by the API of an installation, or by the command of files. */
import type { LetterCount } from '../../durable/letters/letters-engine.ts'
import type { Given } from '../../record/check/needs.ts'
import type { Subscriptions } from '../../record/events/subscriptions.ts'
import type { ServiceRecord } from '../../record/record.ts'

/** A record as it stands, and what the mesh makes of it. */
export interface SeenRecord {
  readonly text: string
  /** `undefined` where it is refused. */
  readonly parsed: ServiceRecord | undefined
  /** What is wrong with it. */
  readonly issues: readonly { readonly path: readonly (string | number)[]; readonly message: string }[]
}

/** Subscriptions as they stand, likewise. */
export interface SeenSubscriptions extends Pick<SeenRecord, 'text' | 'issues'> {
  readonly parsed: Subscriptions | undefined
}

/** The mesh's own Worker. */
export interface SeenMesh {
  /** `undefined` where nobody knows: it runs from source, or there are only files. */
  readonly version: string | undefined
  /** Bindings of each kind that endpoints name, variables and secrets. */
  readonly given: Given
  /** Names of everything in its environment; `undefined` where a configuration does not say all. */
  readonly kinds: Readonly<Record<string, string>> | undefined
  /** The `MESH_*` variables that are no secrets. */
  readonly variables: Readonly<Record<string, string>>
  /** Compatibility flags that are on, of those that matter; `undefined` where it does not say. */
  readonly flags: readonly string[] | undefined
  /** Can it publish to topics? `undefined` where nobody knows. */
  readonly topics?: boolean | undefined
  /** As a configuration has it: a Worker cannot tell its own. */
  readonly compatibilityDate: string | undefined
  /** Does a configuration give it an address of the internet? `undefined` where none says it. */
  readonly isPublic: boolean | undefined
}

/** The control plane's Worker. */
export interface SeenControl {
  readonly version: string | undefined
  /** Names of its bindings, variables and secrets. */
  readonly has: ReadonlySet<string>
  /** What makes a token easy to guess, in sentences that hold no token. */
  readonly weaknesses: readonly string[]
}

/** A name in history, beside what KV shows. */
export interface SeenRevision {
  readonly name: string
  readonly revision: number
  readonly state: 'published' | 'publishing' | 'drifted'
  /** Was it written by the control plane, so that KV has its stamp? */
  readonly isStamped: boolean
  /** Milliseconds since it was written. */
  readonly ageMs: number
}

/** What answered, or why it did not. */
export type Reached<Answer> = { readonly answer: Answer } | { readonly failure: string }

/** Sagas that stand alike, of one name and version. */
export interface SeenSagas {
  readonly answer: readonly {
    readonly saga: string
    readonly version: number
    readonly state: string
    readonly isEnded: boolean
    readonly count: number
    /** Since when the first of them is parked, in milliseconds. */
    readonly sinceMs: number | undefined
    /** How many of them are parked at their definition. */
    readonly withoutCode: number
  }[]
}

export interface Seen {
  /** By name. */
  readonly records: ReadonlyMap<string, SeenRecord>
  /** By key. */
  readonly subscriptions: ReadonlyMap<string, SeenSubscriptions>
  /** Are these all records? Then a name that is not among them is nowhere. */
  readonly isAll: boolean
  readonly mesh: SeenMesh | undefined
  /** Is it asked through the mesh, and should have heard of it? */
  readonly isAsked: boolean
  readonly control: SeenControl | undefined
  /** Keys that KV lists, and the revision that each is stamped with. */
  readonly kv: Reached<ReadonlyMap<string, number | undefined>> | undefined
  readonly history: Reached<readonly SeenRevision[]> | undefined
  /** Bytes that the object stores. */
  readonly objectBytes: number | undefined
  /** Dead letters that wait, by queue and reason; `undefined` where nobody keeps any. */
  readonly letters?: Reached<readonly LetterCount[]> | undefined
  /** When it was seen, in milliseconds since the Unix epoch; `undefined` of files. */
  readonly now?: number | undefined
  /** The host that was asked, and whether Access stood before it. */
  readonly entrance: { readonly host: string; readonly isBehindAccess: boolean } | undefined
  /** Left out where nobody lists them, or the list does not answer. */
  readonly sagas?: SeenSagas | undefined
  /** The oldest version of the library that runs. */
  readonly minVersion: string | undefined
  /** The version of the command that asks. */
  readonly asker: string | undefined
}
