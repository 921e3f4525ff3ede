/** What an isolate keeps of names: plain values, since a promise or stream belongs to the request that made it. */
import type { ServiceName } from '../core/endpoint.ts'
import { lru } from '../core/lru.ts'
import type { Freshness } from '../core/receipt.ts'
import type { ServiceRecord } from '../record/record.ts'
import { keyOf } from './keys.ts'

/** A record that was found for a name. */
export interface Found {
  /** Its registry key: the name's own, or a wildcard's. */
  readonly key: string
  readonly record: ServiceRecord
  readonly revision: string | undefined
  readonly freshness: Freshness
  /** Why the newest record was refused, where an older one serves. */
  readonly refused: string | undefined
  /** The number of the read that found it. Of two records of one key, the higher number is the newer record. */
  readonly order: number
}

/** The last good record of a key. All names that it answers for share this value, so that none goes back to an older one. */
export interface Held {
  readonly key: string
  /** The number of the read that brought it. Reads are numbered when they begin. */
  order: number
  /** When the registry last confirmed the record. */
  goodAt: number
  /** The record as text, before it was parsed. */
  text: string
  /** `undefined` where a later read found the key empty. */
  found: Found | undefined
}

/** What is known of a name. */
export interface Known {
  /** The number of the read that brought it. */
  readonly order: number
  /** When the registry last answered for this name. */
  readonly readAt: number
  /** The record that serves; `undefined` where there is none. */
  readonly held: Held | undefined
  /** Why the newest record was refused. */
  readonly refused: string | undefined
  /** The revision of the mesh by which it was so, where that was asked for. */
  readonly asOf?: number
  /** Has a read failed since? */
  hasFailed: boolean
  /** Until then, one request refreshes it and the others do not. A number, not a promise: the request that refreshes may be cancelled. */
  refreshingUntil: number
}

export interface KnownNames {
  get(name: ServiceName): Known | undefined
  set(name: ServiceName, known: Known): void
  readonly size: number
}

/** How many names without a record are kept, as a share of those with one. */
const ABSENT_SHARE = 0.1

/**
 * Three kinds of names are kept apart, so that each evicts only its own kind: names with a record of their own, names that a
 * wildcard answers for, and names without a record. A stranger can invent any number of the last two.
 */
export function knownNames(maxRecords: number): KnownNames {
  const own = lru<ServiceName, Known>(maxRecords)
  const covered = lru<ServiceName, Known>(maxRecords)
  const absent = lru<ServiceName, Known>(maxRecords * ABSENT_SHARE)
  const all = [own, covered, absent]
  return {
    get: (name) => own.get(name) ?? covered.get(name) ?? absent.get(name),
    set(name, known) {
      const place = !known.held ? absent : known.held.key === keyOf(name) ? own : covered
      for (const other of all) if (other !== place) other.delete(name)
      place.set(name, known)
    },
    get size() {
      return own.size + covered.size + absent.size
    },
  }
}
