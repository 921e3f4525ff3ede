/** A cache of the registry, in this isolate. A record is fresh for a while. Then it is served stale, while one request refreshes it. */

import { LEAST_USEFUL_MS, never, remaining } from '../core/deadline.ts'
import type { ServiceName } from '../core/endpoint.ts'
import { MeshError } from '../core/errors.ts'
import { type Log, silent } from '../core/log.ts'
import type { Lacks } from '../record/parse.ts'
import type { Asking } from './asking.ts'
import { demands } from './demand.ts'
import { candidateKeys } from './keys.ts'
import { type Found, type Known, knownNames } from './known.ts'
import { learner } from './learn.ts'
import { reader } from './reader.ts'
import type { Newest, Registry } from './registry.ts'

export interface SnapshotOptions {
  /** How long a record is fresh, in milliseconds: it is served without reading the registry. */
  readonly freshMs: number
  /** How long the last good record is served while the registry fails, or its newest record is not valid, in milliseconds. */
  readonly maxStaleMs: number
  /** The timeout of a read, in milliseconds. */
  readonly readMs: number
  /** How many names of each kind are kept (`known.ts`). The least recently used are evicted first. */
  readonly maxRecords: number
  /** Gets a line for a refused record, and for a registry that does not answer. Default: no log. */
  readonly log?: Log
  /** What this mesh lacks to obey a record. Default: nothing. */
  readonly lacks?: Lacks | undefined
}

export interface Snapshot {
  /**
   * The record of a name. `undefined` where there is none. It waits only where nothing is known that can be served.
   *
   * @throws {MeshError} `registry_unavailable` or `record_invalid`, where the last good record is too old, or there is none.
   */
  find(name: ServiceName, request: Asking): Promise<Found | undefined>
  /**
   * The same without waiting: the fresh record, or the stale one, which is refreshed in the background where that is due.
   * `undefined` where the registry must be read first, and where there is no record.
   */
  known(name: ServiceName, request: Asking): Found | undefined
  /**
   * The record of a name as it stood at a revision of the mesh, or later, for a caller that demands it. `undefined` where there is none.
   *
   * @throws {MeshError} `registry_unavailable` where that cannot be had, and what `find` throws.
   */
  atLeast(name: ServiceName, revision: number, request: Asking): Promise<Found | undefined>
  /** The number of names kept. */
  readonly size: number
}

export function snapshot(registry: Registry, options: SnapshotOptions): Snapshot {
  const { freshMs, maxStaleMs, readMs, maxRecords, log = silent, lacks } = options
  const names = knownNames(maxRecords)
  const learn = learner({ maxStaleMs, maxRecords, log, lacks })
  const { subrequestsPerRead = 1 } = registry
  const read = reader(registry, readMs, log)
  let reads = 0

  function known(name: ServiceName, asking: Asking): Found | undefined {
    const entry = names.get(name)
    if (!entry?.held?.found) return undefined
    const now = asking.clock.now()
    if (isFresh(entry, now)) return told(entry, true)
    if (now - entry.held.goodAt > maxStaleMs) return undefined

    const isDue = now >= entry.refreshingUntil || entry.refreshingUntil - now > readMs + freshMs
    // A request without subrequests or time leaves the refresh to the next one.
    if (isDue && asking.subrequests.left >= subrequestsPerRead && leftOf(asking) >= LEAST_USEFUL_MS) {
      entry.refreshingUntil = now + readMs
      asking.defer(refresh(name, entry, asking))
    }
    return told(entry, false)
  }

  function isFresh({ readAt }: Known, now: number): boolean {
    // On Workers the clock of a request moves only with its own I/O. So this one may be behind the request that has read the record.
    return Math.abs(now - readAt) < freshMs
  }

  async function find(name: ServiceName, asking: Asking): Promise<Found | undefined> {
    const found = known(name, asking)
    if (found) return found
    // There is no record, or it is too old: this request must wait for the registry.
    const before = names.get(name)
    const isAbsent = before && !before.held && isFresh(before, asking.clock.now())
    const now = isAbsent ? before : await load(name, asking)
    if (!now.held && now.refused !== undefined) throw new MeshError('record_invalid', now.refused)
    return told(now, true)
  }

  /** Reads the registry, and keeps the result. Throws where the registry does not answer. */
  async function load(name: ServiceName, asking: Asking): Promise<Known> {
    const order = ++reads
    const keys = candidateKeys(name)
    const entries = await read(keys, `where "${name}" is`, asking)
    const before = names.get(name)
    const isLate = before && before.order > order
    const now = isLate ? before : learn({ order, keys, entries, at: asking.clock.now() }, before)
    // A later read, for another name, has found this key empty. Read again, since another key may answer now.
    if (now.held && !now.held.found) return load(name, asking)
    if (!isLate) names.set(name, now)
    return now
  }

  /** Reads in the background. A failure keeps the record as it is. The next try is `freshMs` later. */
  async function refresh(name: ServiceName, before: Known, asking: Asking): Promise<void> {
    try {
      await load(name, { ...asking, deadline: never })
    } catch {
      before.hasFailed = true
      before.refreshingUntil = asking.clock.now() + freshMs
    }
  }

  /** Takes in what is newer than the answer of any read. */
  function take(name: ServiceName, keys: readonly string[], { entries, asOf }: Newest, at: number): void {
    names.set(name, { ...learn({ order: ++reads, keys, entries, at }, names.get(name)), asOf })
  }

  return {
    find,
    known,
    atLeast: demands({ get: names.get, isFresh, known, load, take, newest: registry.newest }),
    get size() {
      return names.size
    },
  }
}

function leftOf({ deadline, clock }: Asking): number {
  return remaining(deadline, clock)
}

/** The record to serve, with its freshness. */
function told({ held, refused, hasFailed }: Known, isFresh: boolean): Found | undefined {
  const found = held?.found
  if (!found || (isFresh && refused === undefined)) return found
  return { ...found, freshness: hasFailed || refused !== undefined ? 'last-good' : 'stale', refused }
}
