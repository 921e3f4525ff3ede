/** What the admin API takes and answers of records: their views, how they are written, and what is told of them. */
import type { Simulation } from '../../mesh/simulate/simulation.ts'
import type { CandidateTold, ValueTold } from '../../mesh/told/decision.ts'

/** A record as it is written in JSON: an object; or a text, where a bare URL stands in KV. */
export type WrittenRecord = string | Readonly<Record<string, unknown>>

/**
 * - `published`: KV holds it; `publishing`: KV will.
 * - `drifted`: KV holds an edit by hand, which is not written over.
 * - `refused`: the mesh does not understand it, and goes on with the last good one.
 */
export type RecordState = 'published' | 'publishing' | 'drifted' | 'refused'

/** How a revision came to be. */
export type RecordOrigin = 'api' | 'hand' | 'adopt' | 'restore' | 'rollback'

interface Stamp {
  readonly name: string
  readonly revision: number
  /** The name of a token; `null`: nobody knows. */
  readonly author: string | null
  readonly message: string
  /** ISO 8601, UTC. */
  readonly at: string
  readonly origin: RecordOrigin
}

export interface RecordView extends Stamp {
  readonly record: WrittenRecord
  readonly state: RecordState
}

export interface RevisionView extends Stamp {
  /** `null`: the name was deleted. */
  readonly record: WrittenRecord | null
}

export interface Page<Item> {
  readonly items: readonly Item[]
  /** Where the next page begins. Left out: this was the last. */
  readonly cursor?: string
}

export interface Paging {
  /** Items, 1 to 1,000. Default 100. A page of long records has fewer. */
  readonly limit?: number
  readonly cursor?: string
}

/** How something is written. */
export interface How {
  /** The revision that was seen; `*`: whatever is there. */
  readonly ifMatch?: number | '*'
  /** There was no record. */
  readonly ifNoneMatch?: '*'
  /** Why: 256 bytes at most. */
  readonly message?: string
  /** Who asked for it. It is kept beside the name of the token, unverified. */
  readonly author?: string
  /** Says what would be, and writes nothing. */
  readonly dryRun?: boolean
  /** Writes fields that the oldest version which runs does not know. */
  readonly force?: boolean
}

export interface Change extends Pick<How, 'ifMatch' | 'ifNoneMatch'> {
  readonly name: string
  /** `null` deletes it. */
  readonly record: WrittenRecord | null
}

export interface WrittenView {
  /** Of the change; where nothing changed, the newest of what was to be written. */
  readonly revision: number
  readonly changed: readonly string[]
  /** Names among them that were not there before. */
  readonly created: readonly string[]
  readonly dryRun?: true
}

export interface StatusView extends Pick<Stamp, 'revision' | 'at' | 'origin'> {
  /** These two are left out for tokens with prefixes. */
  readonly author?: string | null
  readonly message?: string
  /** Names that it wrote, and how many of them KV does not hold yet. */
  readonly names: number
  readonly waiting: number
  /** When the last of them came to stand in KV; `null` while one is waited for. */
  readonly publishedAt: string | null
}

/** What manifests come to. */
export interface Conversion {
  /** By name. */
  readonly records: Readonly<Record<string, WrittenRecord>>
  /** What the records do not say, or say otherwise. An object with an error is not converted. */
  readonly findings: readonly {
    readonly severity: 'error' | 'note'
    /** Kind, namespace and name: `HTTPRoute shop/users`. */
    readonly object: string
    readonly line: number
    readonly path: readonly (string | number)[]
    readonly message: string
  }[]
  /** Objects that are not converted; where names are told, not for these. */
  readonly leftOut: readonly { readonly object: string; readonly names: readonly string[] }[]
}

/** A grant, and until when it holds. */
export interface OverrideView {
  /** The value of the header `baggage`. */
  readonly baggage: string
  /** The key that signed it. */
  readonly kid: string
  /** ISO 8601, UTC. */
  readonly expiresAt: string
}

export interface GrantView {
  readonly grant: string
  /** ISO 8601, UTC. */
  readonly expiresAt: string
}

/** A name under which KV holds an edit by hand that is not in history. */
export interface DriftView {
  readonly name: string
  /** What stands in KV; `null`: nothing. */
  readonly found: WrittenRecord | null
  /** What history has; `null`: no record. */
  readonly record: WrittenRecord | null
  readonly revision: number
  /** When it was first seen, as an ISO 8601 instant. */
  readonly since: string
}

/** A row of history, to be kept and restored as it is. */
export interface Row {
  readonly revision: number
  readonly name: string
  /** As in KV; `null` where the name was deleted. */
  readonly text: string | null
  readonly author: string | null
  readonly message: string
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly origin: RecordOrigin
}

export interface Issue {
  readonly name?: string
  readonly path: readonly (string | number)[]
  readonly message: string
}

export interface Difference {
  /** A JSON Pointer; empty for the record as a whole. */
  readonly path: string
  readonly before?: unknown
  readonly after?: unknown
}

/** What changes would do to requests that the mesh has served. */
export interface SimulationView extends Simulation {
  /** Since when requests are recorded. `null`: none are, and nothing can be said. */
  readonly recordedSince: string | null
}

/** What an operator has said of the whole mesh. */
export interface SettingsView {
  /** The oldest version of the library that runs; `null`: nobody has said. */
  readonly minVersion: string | null
}

/** One check of an installation, as docs/check.md has it. */
export interface CheckView {
  /** Its place among all checks, from 1. */
  readonly number: number
  readonly id: string
  readonly group: string
  /** What is so where it passes. */
  readonly title: string
  /** `unseen`: what it looks at could not be seen. */
  readonly state: 'passed' | 'warned' | 'failed' | 'unseen'
  readonly findings: readonly {
    readonly severity: 'error' | 'warning'
    /** The record that it is about. */
    readonly name?: string | undefined
    readonly path?: readonly (string | number)[] | undefined
    readonly message: string
  }[]
  /** Findings beyond those. */
  readonly more: number
  readonly hint: string
  readonly link: string
}

/** What is asked of a decision. */
export interface ResolveQuestion {
  readonly request: {
    /** Default GET. */
    readonly method?: string
    /** `http://users/42`, or an address of the mesh. Or else `name` and `path`. */
    readonly url?: string
    readonly name?: string
    /** Path and query. Default `/`. */
    readonly path?: string
    /** Who calls, as its binding would say it. Default: nobody knows. */
    readonly caller?: string
    readonly headers?: Readonly<Record<string, string>>
  }
  /** What-if: records in place of those that stand there; `null` takes a name away. */
  readonly records?: Readonly<Record<string, WrittenRecord | null>>
}

export interface DescriptionView extends RecordView {
  /** The names that stand for it, in turn, where it is an alias: its policy is theirs. */
  readonly alias?: readonly string[]
  readonly policy: readonly ValueTold[]
  readonly rules: readonly {
    readonly label: string
    readonly leadsTo: readonly string[]
    /** What the rule says itself. */
    readonly policy: readonly ValueTold[]
  }[]
  readonly candidates: readonly CandidateTold[]
  /** Why the mesh does not understand the record. */
  readonly refused?: string
  readonly referredBy: readonly { readonly name: string; readonly path: readonly (string | number)[] }[]
}
