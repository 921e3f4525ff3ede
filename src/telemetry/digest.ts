/** What an isolate tells of itself every few seconds: to the object that sums it up for the mesh. */
import type { NumbersDigest } from './numbers/numbers.ts'
import type { Sample } from './shape/shape.ts'

/** Numbered, so that one that comes twice or late counts once. One that is lost is lost. */
export interface Digest {
  /** 32 hex digits, drawn when the isolate's mesh was made. */
  readonly isolate: string
  /** 1, 2, 3 and so on. */
  readonly sequence: number
  readonly shapes?: Sample | undefined
  readonly numbers?: NumbersDigest | undefined
}

/** Where digests go. */
export interface DigestSink {
  digest(digest: Digest): Promise<unknown>
}

/** As much of the binding `STATS_OBJECT` as the mesh needs. */
export interface StatsNamespace {
  getByName(name: string): DigestSink
}

/** The name of the one object that all digests go to. */
export const STATS = 'stats'
