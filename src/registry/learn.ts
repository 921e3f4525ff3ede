/** Turns the answer of a read into what is known of a name. An answer that is older than what is known changes nothing. */
import { MeshError } from '../core/errors.ts'
import type { Log } from '../core/log.ts'
import { lru } from '../core/lru.ts'
import { type Lacks, type RecordParser, recordParser } from '../record/parse.ts'
import { isWildcard } from './keys.ts'
import type { Held, Known } from './known.ts'
import type { Entry } from './registry.ts'

/** The answer to one read of a name. */
export interface Answered {
  /** The number of the read. Reads are numbered when they begin. */
  readonly order: number
  readonly keys: readonly string[]
  /** The entry of each key. */
  readonly entries: readonly (Entry | undefined)[]
  /** The instant of the answer. */
  readonly at: number
}

/** @param before what was known of the name. */
export type Learn = (answered: Answered, before: Known | undefined) => Known

interface LearnerOptions {
  readonly maxStaleMs: number
  readonly maxRecords: number
  readonly log: Log
  /** What this mesh lacks to obey a record; `undefined` where nothing. Such a record is refused. */
  readonly lacks?: Lacks | undefined
}

export function learner({ maxStaleMs, maxRecords, log, lacks }: LearnerOptions): Learn {
  const wildcards = lru<string, Held>(maxRecords)
  const parse = recordParser(lacks)

  return function learn({ order, keys, entries, at }, before) {
    const index = entries.findIndex((entry) => entry !== undefined)
    for (const key of index === -1 ? keys : keys.slice(0, index)) empty(wildcards.get(key), order)
    const known = { order, readAt: at, held: undefined, refused: undefined, hasFailed: false, refreshingUntil: 0 }
    if (index === -1) return known

    const key = keys[index] as string
    const held = heldAt(key, before)
    const { revision } = entries[index] as Entry
    try {
      if (held.order < order) renew(held, entries[index] as Entry, order, at, parse)
      if (before?.refused !== undefined) log({ level: 'warn', event: 'record_accepted', key, revision })
      if (isWildcard(key)) wildcards.set(key, held)
      return { ...known, held }
    } catch (error) {
      if (!(error instanceof MeshError)) throw error
      const refused = `${key}: ${error.message}`
      // Logged once, not again at each read of the same record.
      if (before?.refused !== refused) log({ level: 'error', event: 'record_refused', key, revision, message: refused })
      // The last good record of this key, or else of this name: its record may have been under another key.
      const last = held.found ? held : before?.held
      const isYoung = last?.found && at - last.goodAt <= maxStaleMs
      return { ...known, held: isYoung ? last : undefined, refused }
    }
  }

  function heldAt(key: string, before: Known | undefined): Held {
    const own = before?.held?.key === key ? before.held : undefined
    return wildcards.get(key) ?? own ?? { key, order: 0, goodAt: 0, text: '', found: undefined }
  }
}

/** @throws {MeshError} where the text is not a valid record. Then `held` is unchanged. */
function renew(held: Held, { text, revision }: Entry, order: number, at: number, parse: RecordParser): void {
  const { key, found } = held
  // The same text keeps the same record object, so that what was learned of its endpoints is kept.
  const record = found && held.text === text ? found.record : parse(text)
  held.found = { key, record, revision, freshness: 'fresh', refused: undefined, order }
  held.order = order
  held.goodAt = at
  held.text = text
}

/** Notes that a key has no record any more. */
function empty(held: Held | undefined, order: number): void {
  if (!held || held.order > order) return
  held.order = order
  held.found = undefined
}
