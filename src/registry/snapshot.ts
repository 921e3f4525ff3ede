/** What this isolate has read of the registry: fresh for a while, then stale while one request refreshes it. */

import { type Deadline, LEAST_USEFUL_MS, never, remaining } from '../core/deadline.ts'
import type { ServiceName } from '../core/endpoint.ts'
import type { Subrequests } from '../core/engine/subrequests.ts'
import { MeshError } from '../core/errors.ts'
import { type Log, silent } from '../core/log.ts'
import { type Clock, within } from '../core/time/clock.ts'
import { candidateKeys } from './keys.ts'
import { type Found, type Known, knownNames } from './known.ts'
import { learner } from './learn.ts'
import type { Entry, Registry } from './registry.ts'

export interface SnapshotOptions {
  /** For how long a record is served without asking, in milliseconds. */
  readonly freshMs: number
  /** For how long the last good record serves while the registry fails, hangs or holds nonsense, in milliseconds. */
  readonly maxStaleMs: number
  /** How long to wait for the registry, in milliseconds. */
  readonly readMs: number
  /** How many names of each kind are kept (`known.ts`); those not asked for lately go first. */
  readonly maxRecords: number
  /** Told of records that are refused, and of a registry that does not answer. Default: nobody is. */
  readonly log?: Log
}

export interface Snapshot {
  /**
   * The record of a name, `undefined` where there is none.
   *
   * @throws {MeshError} `registry_unavailable` or `record_invalid`, where no good record is known that is young enough.
   */
  find(name: ServiceName, request: Asking): Promise<Found | undefined>
  /**
   * The same without a wait: what is fresh, or else stale, read anew meanwhile where that is due. `undefined` where the
   * registry must be heard first, and where there is no record.
   */
  known(name: ServiceName, request: Asking): Found | undefined
  /** Names that are kept now. */
  readonly size: number
}

/** What the snapshot needs of the request that asks. */
export interface Asking {
  readonly clock: Clock
  /** How long this request can wait. */
  readonly deadline: Deadline
  /** What it may still ask of the platform. */
  readonly subrequests: Subrequests
  defer(work: Promise<unknown>): void
}

export function snapshot(registry: Registry, options: SnapshotOptions): Snapshot {
  const { freshMs, maxStaleMs, readMs, maxRecords, log = silent } = options
  const names = knownNames(maxRecords)
  const learn = learner({ maxStaleMs, maxRecords, log })
  const { subrequestsPerRead = 1 } = registry
  let reads = 0
  let isLost = false

  function known(name: ServiceName, asking: Asking): Found | undefined {
    const entry = names.get(name)
    if (!entry?.held?.found) return undefined
    const now = asking.clock.now()
    if (isFresh(entry, now)) return told(entry, true)
    if (now - entry.held.goodAt > maxStaleMs) return undefined

    const isDue = now >= entry.refreshingUntil || entry.refreshingUntil - now > readMs + freshMs
    // A request that has none left, or no time, leaves the refresh to the next one.
    if (isDue && asking.subrequests.left >= subrequestsPerRead && leftOf(asking) >= LEAST_USEFUL_MS) {
      entry.refreshingUntil = now + readMs
      asking.defer(refresh(name, entry, asking))
    }
    return told(entry, false)
  }

  function isFresh({ readAt }: Known, now: number): boolean {
    // On Workers a request's clock moves only with its own I/O: it may be behind that of the request which has read this.
    return Math.abs(now - readAt) < freshMs
  }

  async function find(name: ServiceName, asking: Asking): Promise<Found | undefined> {
    const found = known(name, asking)
    if (found) return found
    // Not known to exist, or known too long ago: this request must wait to hear.
    const before = names.get(name)
    const isAbsent = before && !before.held && isFresh(before, asking.clock.now())
    const now = isAbsent ? before : await load(name, asking)
    if (!now.held && now.refused !== undefined) throw new MeshError('record_invalid', now.refused)
    return told(now, true)
  }

  /** Reads and remembers; throws where the registry does not answer. */
  async function load(name: ServiceName, asking: Asking): Promise<Known> {
    const order = ++reads
    const keys = candidateKeys(name)
    const entries = await read(name, keys, asking)
    const before = names.get(name)
    const isLate = before && before.order > order
    const now = isLate ? before : learn({ order, keys, entries, at: asking.clock.now() }, before)
    // A read that began later, for another name, has found the key empty: what else may answer is to be asked.
    if (now.held && !now.held.found) return load(name, asking)
    if (!isLate) names.set(name, now)
    return now
  }

  /** Reads in the background. Whatever fails leaves the record as it was, to be tried again in a while. */
  async function refresh(name: ServiceName, before: Known, asking: Asking): Promise<void> {
    try {
      await load(name, { ...asking, deadline: never })
    } catch {
      before.hasFailed = true
      before.refreshingUntil = asking.clock.now() + freshMs
    }
  }

  async function read(
    name: ServiceName,
    keys: readonly string[],
    asking: Asking,
  ): Promise<readonly (Entry | undefined)[]> {
    const { clock, subrequests } = asking
    const waitMs = leftOf(asking)
    const late = () =>
      waitMs < readMs
        ? new MeshError('deadline_exceeded', 'The deadline left too little time to read the registry.')
        : new MeshError('registry_unavailable', `The registry did not answer within ${readMs} ms.`)
    if (waitMs < LEAST_USEFUL_MS) throw late()
    if (!subrequests.take(subrequestsPerRead)) {
      throw new MeshError('limit_subrequests', `No subrequest is left for reading where "${name}" is.`)
    }
    try {
      const entries = await within(clock, Math.min(waitMs, readMs), registry.read(keys), late)
      clock.turn?.()
      if (isLost) log({ level: 'warn', event: 'registry_back' })
      isLost = false
      return entries
    } catch (cause) {
      const error =
        cause instanceof MeshError
          ? cause
          : new MeshError('registry_unavailable', `The registry could not be read: ${cause}.`, { cause })
      // A caller that has too little time says nothing of the registry.
      if (!isLost && error.code === 'registry_unavailable') {
        isLost = true
        log({ level: 'error', event: 'registry_lost', message: error.message })
      }
      throw error
    }
  }

  return {
    find,
    known,
    get size() {
      return names.size
    },
  }
}

function leftOf({ deadline, clock }: Asking): number {
  return remaining(deadline, clock)
}

/** What the mesh is told of a name. */
function told({ held, refused, hasFailed }: Known, isFresh: boolean): Found | undefined {
  const found = held?.found
  if (!found || (isFresh && refused === undefined)) return found
  return { ...found, freshness: hasFailed || refused !== undefined ? 'last-good' : 'stale', refused }
}
