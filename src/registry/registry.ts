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
  /**
   * Reads the values of these keys, in their order and in one round trip. `undefined` where a key has none.
   * It may reject, or never answer: the snapshot waits 1 s at most, then serves what it has.
   */
  read(keys: readonly string[]): Promise<readonly (Entry | undefined)[]>
  /** Past all caches, for callers that demand a minimum revision: `readThrough`. Default: nobody can, and they are refused where the record is older. */
  readonly newest?: Newest
}

/** Where the newest records stand. */
export interface Newest {
  /** Reads as the registry does, past its caches. @param atLeast the revision that is demanded. */
  read(keys: readonly string[], atLeast: number): Promise<readonly (Entry | undefined)[]>
  /** Is what stands under these keys, as the registry reads them from now on, of this revision of the mesh, or of a later one? */
  covers(keys: readonly string[], revision: number): boolean
}
