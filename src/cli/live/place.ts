/** What `wait` looks for, and what it has seen: by which revision an isolate goes, and where that is. */

import type { RecordOrigin } from '../../admin/client.ts'

/** A name, and what it should be served by. */
export interface Expected {
  readonly name: string
  /** `none`: there is no record any more. */
  readonly revision: number | 'none'
  /** It was found in KV, where it has no number: an isolate cannot tell which it is. */
  readonly isUnstamped: boolean
}

/** What an isolate says of a name: a revision, `unknown` of a record that was written by hand, `none` of no record. */
export type Served = number | 'unknown' | 'none'

export interface Seen {
  readonly isolate: string
  /** `undefined` where the platform does not say. */
  readonly location: string | undefined
  readonly served: Served
}

/** One isolate, and the last that it said of a name. */
export interface Place extends Seen {
  readonly name: string
  /** The address that was asked. */
  readonly probe: string
  readonly isLive: boolean
  readonly answers: number
  /** Milliseconds since the epoch. */
  readonly at: number
}

/** A later revision is live, too: it was written after what is waited for. */
export function isLive({ revision, isUnstamped }: Expected, served: Served): boolean {
  if (revision === 'none') return served === 'none'
  if (served === 'unknown') return isUnstamped
  return served !== 'none' && served >= revision
}

/** What was found in KV has no stamp there: an isolate says `unknown` of it. */
export function isFromKv(origin: RecordOrigin): boolean {
  return origin === 'adopt' || origin === 'hand'
}
