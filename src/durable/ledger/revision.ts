/** A revision of a record: what was written under a name, by whom, when and how it came here. */

/**
 * - `api`: written by the control plane.
 * - `hand`: found in KV, written by a person; the author is unknown.
 * - `adopt`: found in KV when the object was made, or taken over from there on request.
 * - `restore`: what a history that was carried over held last.
 * - `rollback`: equal to an older one.
 */
export type Origin = 'api' | 'hand' | 'adopt' | 'restore' | 'rollback'

/** A row of history. All rows with the same `revision` were written at once. */
export type Revision = {
  /** One sequence for the whole mesh. */
  readonly revision: number
  /** A service name, with its tag if it has one. */
  readonly name: string
  /** As in KV; `null` where the name was deleted. */
  readonly text: string | null
  readonly author: string | null
  readonly message: string
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly origin: Origin
}

/** Where a row of history stands. */
export interface Place {
  readonly revision: number
  readonly name: string
}

/** Did the text come from KV, so that it stands there as it is and without a stamp of ours? */
export function cameFromKv({ origin }: Pick<Revision, 'origin'>): boolean {
  return origin === 'hand' || origin === 'adopt'
}
