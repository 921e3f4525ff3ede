/** A caller demands a minimum revision: it gets a record that is as new, or is refused. Nothing in between. */
import { remaining } from '../core/deadline.ts'
import type { ServiceName } from '../core/endpoint.ts'
import { MeshError } from '../core/errors.ts'
import { revisionNumber } from '../core/text/revision.ts'
import { within } from '../core/time/clock.ts'
import type { Asking } from './asking.ts'
import { candidateKeys } from './keys.ts'
import type { Found, Known } from './known.ts'
import type { Entry, Newest } from './registry.ts'

/** What it needs of the snapshot. */
interface Behind {
  get(name: ServiceName): Known | undefined
  isFresh(known: Known, now: number): boolean
  find(name: ServiceName, asking: Asking): Promise<Found | undefined>
  /** Reads the registry, as for any call. */
  load(name: ServiceName, asking: Asking): Promise<unknown>
  /** Takes entries in that are newer than those of any read. */
  take(name: ServiceName, keys: readonly string[], entries: readonly (Entry | undefined)[], at: number): void
  readonly newest: Newest | undefined
}

/** How long the read past the caches may take, in milliseconds. */
const NEWEST_READ_MS = 250
/** What a caller that is refused is told to wait, in milliseconds: a change is usually published by then. */
const RETRY_AFTER_MS = 1000

export function demands({ get, isFresh, find, load, take, newest }: Behind) {
  return async function atLeast(name: ServiceName, revision: number, asking: Asking): Promise<Found | undefined> {
    const { clock, deadline, subrequests } = asking
    const keys = candidateKeys(name)
    const isMet = () => meets(get(name), keys, revision)
    let cause: unknown
    try {
      const known = get(name)
      // What was read a moment ago would say the same again.
      if (!isMet() && !(known && isFresh(known, clock.now()))) await load(name, asking)
    } catch (error) {
      cause = error
    }
    try {
      if (newest && !isMet() && Number.isFinite(revision) && subrequests.take(1)) {
        const waitMs = Math.min(NEWEST_READ_MS, remaining(deadline, clock))
        const late = () => new Error(`the registry's object did not answer within ${Math.round(waitMs)} ms`)
        const entries = await within(clock, waitMs, newest.read(keys, revision), late)
        clock.turn?.()
        take(name, keys, entries, clock.now())
      }
    } catch (error) {
      cause = error
    }
    const found = isMet() ? await find(name, asking) : get(name)?.held?.found
    // What was too old to serve was read again.
    if (isMet()) return found
    throw new MeshError(
      'registry_unavailable',
      `Revision ${revision} is demanded, and of "${name}" ${found?.revision ?? 'no revision'} is known here${cause ? `: ${cause}` : '.'}`,
      { cause, retryAfterMs: RETRY_AFTER_MS },
    )
  }

  /** A record of the name's own key says its revision. Of a wildcard, or of no record, it is not known what a newer key would say. */
  function meets(known: Known | undefined, keys: readonly string[], revision: number): boolean {
    if (!known) return false
    const found = known.held?.found
    return (
      (found?.key === keys[0] && (revisionNumber(found?.revision) ?? -1) >= revision) ||
      (known.refused === undefined && newest?.covers(keys, revision) === true)
    )
  }
}
