/** What an isolate tells of itself every few seconds: to the object that sums it up for the mesh. */
import type { FleetMode, FleetView } from './fleet/view.ts'
import type { Learned } from './learned.ts'
import type { NumbersDigest } from './numbers/numbers-digest.ts'
import type { Sample } from './shape/shape.ts'
import type { TapDigest, TapOrder } from './tap/tap.ts'

/** Numbered, so that one that comes twice or late counts once. One that is lost is lost. */
export interface Digest {
  /** 32 hex digits, drawn when the isolate's mesh was made. */
  readonly isolate: string
  /** 1, 2, 3 and so on. */
  readonly sequence: number
  readonly shapes?: Sample | undefined
  readonly numbers?: NumbersDigest | undefined
  /** Of a function with the library: what it was asked itself. Under the name `''`, since it is told by its binding who it is. */
  readonly served?: NumbersDigest | undefined
  /** What it knows of endpoints and budgets now, beside the numbers. */
  readonly learned?: Learned | undefined
  /** Calls that somebody looks at. */
  readonly taps?: readonly TapDigest[] | undefined
  /** Does it want to hear what others have seen? Default `off`. */
  readonly fleet?: FleetMode | undefined
}

/** What the object wants of an isolate from now on, instead of what it wanted before. An older mesh ignores what it does not know. */
export interface Wishes {
  readonly taps?: readonly TapOrder[] | undefined
  /** What the isolates have seen together, where this one asked and anything is bad. */
  readonly fleet?: FleetView | undefined
}

/** Where the object wants nothing, whether the digest is new to it. */
export type DigestAnswer = boolean | Wishes

/** Where digests go. */
export interface DigestSink {
  /** `undefined`: of an object that wants nothing, ever. */
  digest(digest: Digest): Promise<DigestAnswer | undefined>
}

/** Where those go that a function told by the library, with the name by which its binding says who it is. */
export interface ReportSink extends DigestSink {
  report(caller: string, digest: Digest): Promise<DigestAnswer | undefined>
}

/** As much of the binding `STATS_OBJECT` as the mesh needs. */
export interface StatsNamespace {
  getByName(name: string): ReportSink
}

/** The name of the one object that all digests go to. */
export const STATS = 'stats'
