/** A caller demands a minimum revision: it gets a record that is as new, or is refused. Nothing in between. */
import { LEAST_USEFUL_MS, remaining } from '../core/deadline.ts'
import type { ServiceName } from '../core/endpoint.ts'
import { MeshError } from '../core/errors.ts'
import { revisionNumber } from '../core/revision.ts'
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
  take(name: ServiceName, keys: readonly string[], entries: readonly (Entry | undefined)[], at: number): void
  readonly newest: Newest | undefined
}

/** How long the read past the caches may take, in milliseconds. */
const NEWEST_READ_MS = 250
/** What a caller that is refused is told to wait, in milliseconds: a change is usually published by then. */
const RETRY_AFTER_MS = 1000

export function demands({ get, isFresh, find, load, take, newest }: Behind) {
  return async function atLeast(name: ServiceName, revision: number, asking: Asking): Promise<Found | undefined> {
    const keys = candidateKeys(name)
    const isMet = () => {
      const known = get(name)
      return known !== undefined && meets(known, keys, revision)
    }
    if (!isMet()) {
      const known = get(name)
      // What was read a moment ago says the same again.
      if (!known || !isFresh(known, asking.clock.now())) await load(name, asking).catch(unlessItIsDown)
      if (!isMet()) await readNewest(name, keys, revision, asking)
    }
    if (!isMet()) throw tooOld(name, revision, get(name))
    const found = await find(name, asking)
    // The record was too old to be served, and was read again.
    if (!isMet()) throw tooOld(name, revision, get(name))
    return found
  }

  /** A record of the name's own key says its revision. Of a wildcard, or of no record, it is not known what a newer key would say. */
  function meets({ held, refused }: Known, keys: readonly string[], revision: number): boolean {
    const { found } = held ?? {}
    if (found?.key === keys[0] && (revisionNumber(found?.revision) ?? -1) >= revision) return true
    return refused === undefined && newest?.covers(keys, revision) === true
  }

  async function readNewest(
    name: ServiceName,
    keys: readonly string[],
    revision: number,
    asking: Asking,
  ): Promise<void> {
    const { clock, deadline, subrequests } = asking
    const waitMs = Math.min(NEWEST_READ_MS, remaining(deadline, clock))
    if (!newest || !Number.isFinite(revision) || waitMs < LEAST_USEFUL_MS || !subrequests.take(1)) return
    const late = () => unavailable(`The registry's object did not answer within ${Math.round(waitMs)} ms.`)
    try {
      const entries = await within(clock, waitMs, newest.read(keys, revision), late)
      clock.turn?.()
      take(name, keys, entries, clock.now())
    } catch (cause) {
      throw cause instanceof MeshError
        ? cause
        : unavailable(`The registry's object could not be read: ${cause}.`, cause)
    }
  }

  function unlessItIsDown(error: unknown): void {
    if (!newest || !(error instanceof MeshError) || error.code !== 'registry_unavailable') throw error
  }

  function tooOld(name: ServiceName, revision: number, known: Known | undefined): MeshError {
    const { found } = known?.held ?? {}
    const stands = found ? `stands at revision ${found.revision ?? 'unknown'} here` : 'has no record here'
    const demanded = Number.isFinite(revision) ? `${revision} is demanded` : 'what is demanded is no revision'
    const refused = known?.refused === undefined ? '' : ` A newer record was refused: ${known.refused}`
    return unavailable(`"${name}" ${stands}, and ${demanded}.${refused}`)
  }
}

function unavailable(message: string, cause?: unknown): MeshError {
  return new MeshError('registry_unavailable', message, { cause, retryAfterMs: RETRY_AFTER_MS })
}
