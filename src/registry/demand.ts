/** A caller demands a minimum revision: it gets a record that is as new, or is refused. Nothing in between. */
import { remaining } from '../core/deadline.ts'
import type { ServiceName } from '../core/endpoint.ts'
import { MeshError } from '../core/errors.ts'
import { revisionNumber } from '../core/text/revision.ts'
import { within } from '../core/time/clock.ts'
import type { Asking } from './asking.ts'
import { candidateKeys } from './keys.ts'
import type { Found, Known } from './known.ts'
import type { Newest, Registry } from './registry.ts'

/** What it needs of the snapshot. */
interface Behind {
  get(name: ServiceName): Known | undefined
  isFresh(known: Known, now: number): boolean
  known(name: ServiceName, asking: Asking): Found | undefined
  /** Reads the registry, as for any call. */
  load(name: ServiceName, asking: Asking): Promise<unknown>
  /** Takes in what is newer than the answer of any read. */
  take(name: ServiceName, keys: readonly string[], newest: Newest, at: number): void
  readonly newest: Registry['newest']
}

/** How long the read past the caches may take, in milliseconds. */
const NEWEST_READ_MS = 250
/** What a caller that is refused is told to wait, in milliseconds: a change is usually published by then. */
const RETRY_AFTER_MS = 1000

export function demands({ get, isFresh, known, load, take, newest }: Behind) {
  return async function atLeast(name: ServiceName, revision: number, asking: Asking): Promise<Found | undefined> {
    const { clock, deadline, subrequests } = asking
    const keys = candidateKeys(name)
    let answer = met()
    let cause: unknown
    try {
      const entry = get(name)
      // What was read a moment ago would say the same again.
      if (!answer && !(entry && isFresh(entry, clock.now()))) await load(name, asking)
    } catch (error) {
      cause = error
    }
    try {
      answer ??= met()
      if (newest && !answer && Number.isFinite(revision) && subrequests.take(1)) {
        const waitMs = Math.min(NEWEST_READ_MS, remaining(deadline, clock))
        const late = () => new Error("the registry's object did not answer in time")
        const read = await within(clock, waitMs, newest(keys, revision), late)
        clock.turn?.()
        take(name, keys, read, clock.now())
      }
    } catch (error) {
      cause = error
    }
    answer ??= met()
    if (answer) return answer.found
    const stands = get(name)?.held?.found?.revision ?? 'none'
    const why = cause ? `: ${cause}` : '.'
    throw new MeshError(
      'registry_unavailable',
      `Revision ${revision} is demanded, and of "${name}" ${stands} is known here${why}`,
      { cause, retryAfterMs: RETRY_AFTER_MS },
    )

    /** What serves, where that is as new as it must be: the record, or that there is none. */
    function met(): { readonly found: Found | undefined } | undefined {
      const entry = get(name)
      if (!entry || !isAsNew(entry, keys[0], revision)) return undefined
      const found = known(name, asking)
      return found || (!entry.held && isFresh(entry, clock.now())) ? { found } : undefined
    }
  }
}

/** A record of the name's own key says its revision. Of a wildcard, or of no record, it is not known what a newer key would say. */
function isAsNew({ held, refused, asOf = -1 }: Known, ownKey: string | undefined, revision: number): boolean {
  const found = held?.found
  const isOwn = found?.key === ownKey && (revisionNumber(found?.revision) ?? -1) >= revision
  return isOwn || (refused === undefined && asOf >= revision)
}
