/** A registry: what is written under a name. The mesh reads it; who writes it is not its concern. */

/** What stands under one key. */
export interface Entry {
  /** A bare URL or a JSON service record, not parsed yet. */
  readonly text: string
  /** Which edit this is, where the writer says so. */
  readonly revision?: string | undefined
}

export interface Registry {
  /** Subrequests that a read costs on Workers, a whole number. Default 1. */
  readonly subrequestsPerRead?: number
  /**
   * What stands under each of these keys, in one round trip and in their order; `undefined` where nothing does.
   * May reject or hang: the snapshot above it waits a second at most and goes on with what it knew.
   */
  read(keys: readonly string[]): Promise<readonly (Entry | undefined)[]>
}
