/** What this isolate has read of the registry: fresh for a while, then stale while one request refreshes it. */
import { type Clock, within } from '../core/clock.ts'
import { type Deadline, never, remaining } from '../core/deadline.ts'
import type { ServiceName } from '../core/endpoint.ts'
import { MeshError } from '../core/errors.ts'
import { type Log, silent } from '../core/log.ts'
import { type Lru, lru } from '../core/lru.ts'
import type { Freshness } from '../core/receipt.ts'
import type { Subrequests } from '../core/subrequests.ts'
import { parseRecord } from '../policy/parse.ts'
import type { ServiceRecord } from '../policy/record.ts'
import { candidateKeys, isWildcard } from './keys.ts'
import type { Entry, Registry } from './registry.ts'

export interface SnapshotOptions {
  /** For how long a record is served without asking, in milliseconds. */
  readonly freshMs: number
  /** For how long the last good record serves while the registry fails, hangs or holds nonsense, in milliseconds. */
  readonly maxStaleMs: number
  /** How long to wait for the registry, in milliseconds. */
  readonly readMs: number
  /** How many names are kept; those not asked for lately go first. */
  readonly maxRecords: number
  /** Told of records that are refused, and of a registry that does not answer. Default: nobody is. */
  readonly log?: Log
}

/** A record that was found for a name. */
export interface Found {
  /** The key it stands under: the name's own, or a wildcard's. */
  readonly key: string
  readonly record: ServiceRecord
  readonly revision: string | undefined
  readonly freshness: Freshness
  /** Why what stands there now was refused, where an earlier record serves in its place. */
  readonly refused: string | undefined
}

export interface Snapshot {
  /**
   * The record of a name, `undefined` where there is none.
   *
   * @throws {MeshError} `registry_unavailable` or `record_invalid`, where no good record is known that is young enough.
   */
  find(name: ServiceName, request: Asking): Promise<Found | undefined>
  /** The record of a name that nobody need ask for; `undefined` of any other, whether or not there is one. */
  fresh(name: ServiceName, now: number): Found | undefined
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

/** A wildcard's record, shared by all the names that it answers for. */
interface Parsed {
  readonly text: string
  readonly record: ServiceRecord
}

/** What is known of a name. Plain values: nothing here belongs to the request that read it. */
interface Known {
  /** When the registry last answered, whatever it said. */
  readonly readAt: number
  /** When it last confirmed the record that serves. */
  readonly goodAt: number
  readonly found: Found | undefined
  /** The text that the record was parsed from. */
  readonly text: string | undefined
  /** Why a name without any good record cannot be served. */
  readonly refused: string | undefined
  /** No other request asks before this instant. A number, not a promise: its owner may die. */
  refreshingUntil: number
}

export function snapshot(registry: Registry, options: SnapshotOptions): Snapshot {
  const { freshMs, maxStaleMs, readMs, maxRecords, log = silent } = options
  const names: Lru<ServiceName, Known> = lru(maxRecords)
  const wildcards: Lru<string, Parsed> = lru(maxRecords)
  const { subrequestsPerRead = 1 } = registry
  let isLost = false

  async function find(name: ServiceName, asking: Asking): Promise<Found | undefined> {
    const known = names.get(name)
    if (!known) return answer(await load(name, undefined, asking))

    const now = asking.clock.now()
    if (isFresh(known, now)) return answer(known)
    // Not known to exist, or known too long ago: this request must wait to hear.
    if (!known.found || now - known.goodAt > maxStaleMs) return answer(await load(name, known, asking))

    const isDue = now >= known.refreshingUntil || known.refreshingUntil - now > readMs + freshMs
    // A request that has none left leaves the refresh to the next one.
    if (isDue && asking.subrequests.left >= subrequestsPerRead) {
      known.refreshingUntil = now + readMs
      asking.defer(refresh(name, known, asking))
    }
    return known.found.freshness === 'fresh' ? { ...known.found, freshness: 'stale' } : known.found
  }

  function isFresh({ readAt }: Known, now: number): boolean {
    // On Workers a request's clock moves only with its own I/O: it may be behind that of the request which has read this.
    return Math.abs(now - readAt) < freshMs
  }

  function fresh(name: ServiceName, now: number): Found | undefined {
    const known = names.get(name)
    return known && isFresh(known, now) ? known.found : undefined
  }

  /** Reads and remembers; throws where the registry does not answer. */
  async function load(name: ServiceName, before: Known | undefined, asking: Asking): Promise<Known> {
    const known = learn(await read(name, asking), before, asking.clock.now())
    names.set(name, known)
    return known
  }

  /** Reads in the background. Whatever fails leaves the record as it was, to be tried again in a while. */
  async function refresh(name: ServiceName, before: Known, asking: Asking): Promise<void> {
    try {
      await load(name, before, { ...asking, deadline: never })
    } catch {
      if (names.get(name) !== before) return
      const { found } = before
      names.set(name, {
        ...before,
        found: found && { ...found, freshness: 'last-good' },
        refreshingUntil: asking.clock.now() + freshMs,
      })
    }
  }

  async function read(name: ServiceName, asking: Asking): Promise<readonly [string, Entry] | undefined> {
    const { clock, deadline, subrequests } = asking
    if (!subrequests.take(subrequestsPerRead)) {
      throw new MeshError('limit_subrequests', `No subrequest is left for reading where "${name}" is.`)
    }
    const keys = candidateKeys(name)
    const waitMs = remaining(deadline, clock)
    const late = () =>
      waitMs < readMs
        ? new MeshError('deadline_exceeded', 'The deadline passed while the registry was read.')
        : new MeshError('registry_unavailable', `The registry did not answer within ${readMs} ms.`)
    try {
      const entries = await within(clock, Math.min(waitMs, readMs), registry.read(keys), late)
      if (isLost) log({ level: 'warn', event: 'registry_back' })
      isLost = false
      const index = entries.findIndex((entry) => entry !== undefined)
      return index === -1 ? undefined : [keys[index] as string, entries[index] as Entry]
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

  function learn(entry: readonly [string, Entry] | undefined, before: Known | undefined, now: number): Known {
    const gone: Known = {
      readAt: now,
      goodAt: now,
      found: undefined,
      text: undefined,
      refused: undefined,
      refreshingUntil: 0,
    }
    if (!entry) return gone
    const [key, { text, revision }] = entry
    try {
      const record = parse(key, text, before)
      if (before?.refused !== undefined) log({ level: 'warn', event: 'record_accepted', key, revision })
      return { ...gone, text, found: { key, record, revision, freshness: 'fresh', refused: undefined } }
    } catch (error) {
      if (!(error instanceof MeshError)) throw error
      const refused = `${key}: ${error.message}`
      // Once, and not at each read of what has not changed.
      if (before?.refused !== refused) log({ level: 'error', event: 'record_refused', key, revision, message: refused })
      const lastGood = before?.found && now - before.goodAt <= maxStaleMs ? before.found : undefined
      return {
        ...gone,
        goodAt: before?.goodAt ?? now,
        text: before?.text,
        refused,
        found: lastGood && { ...lastGood, freshness: 'last-good', refused },
      }
    }
  }

  /** The same text is the same record, so that what was learned of its endpoints stays with them. */
  function parse(key: string, text: string, before: Known | undefined): ServiceRecord {
    if (before?.text === text && before.found?.key === key) return before.found.record
    const shared = wildcards.get(key)
    if (shared?.text === text) return shared.record
    const record = parseRecord(text)
    // What stands for many names is parsed, and learned of, once for all.
    if (isWildcard(key)) wildcards.set(key, { text, record })
    return record
  }

  return {
    find,
    fresh,
    get size() {
      return names.size
    },
  }
}

function answer({ found, refused }: Known): Found | undefined {
  if (!found && refused !== undefined) throw new MeshError('record_invalid', refused)
  return found
}
