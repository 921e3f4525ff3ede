/** A registry: the records of names. The mesh only reads it. */

/** The value of one key. */
export interface Entry {
  /** A bare URL or a JSON service record, not parsed yet. */
  readonly text: string
  /** The revision of the record, if the writer gave it one. */
  readonly revision?: string | undefined
}

export interface Registry {
  /** How many subrequests one read takes on Workers, a whole number. Default 1. */
  readonly subrequestsPerRead?: number
  /** Does it know ways and no records? Then it cannot say who may call the function itself. Default false. */
  readonly isRoad?: boolean
  /**
   * Reads the values of these keys, in their order and in one round trip. `undefined` where a key has none.
   * It may reject, or never answer: the snapshot waits 1 s at most, then serves what it has.
   */
  read(keys: readonly string[]): Promise<readonly (Entry | undefined)[]>
  /**
   * Past all caches, for callers that demand a minimum revision: `readThrough`. Default: nothing, and they are refused where the record
   * is older.
   *
   * @param atLeast the revision that is demanded.
   */
  readonly newest?: (keys: readonly string[], atLeast: number) => Promise<Newest>
}

/** What stands under some keys, past all caches. */
export interface Newest {
  readonly entries: readonly (Entry | undefined)[]
  /** The revision of the mesh by which it was so: it may be less than is demanded. */
  readonly asOf: number
}
