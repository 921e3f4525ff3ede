/** What is kept of names: plain values, of which none belongs to the request that read it. */
import type { ServiceName } from '../core/endpoint.ts'
import { lru } from '../core/lru.ts'
import type { Freshness } from '../core/receipt.ts'
import type { ServiceRecord } from '../record/record.ts'
import { keyOf } from './keys.ts'

/** A record that was found for a name. */
export interface Found {
  /** The key it stands under: the name's own, or a wildcard's. */
  readonly key: string
  readonly record: ServiceRecord
  readonly revision: string | undefined
  readonly freshness: Freshness
  /** Why what stands there now was refused, where an earlier record serves in its place. */
  readonly refused: string | undefined
  /** The number of the read that found it: of two records of a key the one with the higher number is the newer. */
  readonly order: number
}

/** The last good record of a key: one value for all the names that it answers for, so that none goes back to an older one. */
export interface Held {
  readonly key: string
  /** The number of the read that told it. Reads are numbered as they begin. */
  order: number
  /** When the registry last confirmed the record. */
  goodAt: number
  /** The text that the record was parsed from. */
  text: string
  /** `undefined` where a read has found the key empty since. */
  found: Found | undefined
}

/** What is known of a name. */
export interface Known {
  /** The number of the read that told it. */
  readonly order: number
  /** When the registry last answered, whatever it said. */
  readonly readAt: number
  /** The record that serves; `undefined` where there is none. */
  readonly held: Held | undefined
  /** Why the record that stands there now was refused. */
  readonly refused: string | undefined
  /** Has the registry failed since? */
  hasFailed: boolean
  /** No other request asks before this instant. A number, not a promise: its owner may die. */
  refreshingUntil: number
}

export interface KnownNames {
  get(name: ServiceName): Known | undefined
  set(name: ServiceName, known: Known): void
  readonly size: number
}

/** Names that are not there are kept a tenth as many as those that are. */
const ABSENT_SHARE = 0.1

/**
 * Names of each kind evict only their own: those with a record of their own, those that a wildcard answers for, of which a
 * stranger can make up any number, and those without a record.
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
