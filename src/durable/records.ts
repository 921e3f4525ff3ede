/** Records as they stand in KV: read, listed and written under their names, each operation within its time. */

import { MeshError } from '../core/errors.ts'
import { type Clock, within } from '../core/time/clock.ts'
import { fnv1a } from '../math/hash.ts'
import { EVENTS } from '../record/events/event-key.ts'
import { keyOf, nameOf } from '../registry/keys.ts'
import type { Revision } from './ledger/revision.ts'
import { byteLength, stampedRevision, stampOf } from './ledger/stamp.ts'

/** The part of a KV namespace that is used. It comes in as a value. */
export interface Namespace {
  getWithMetadata(
    keys: string[],
    options: { type: 'text'; cacheTtl: number },
  ): Promise<Map<string, { value: string | null; metadata: unknown }>>
  put(key: string, value: string, options: { metadata: unknown }): Promise<void>
  delete(key: string): Promise<void>
  list(options: { prefix: string; cursor?: string | null }): Promise<{
    keys: { name: string; metadata?: unknown }[]
    list_complete: boolean
    cursor?: string
  }>
}

/** What stands under a name. */
export interface Found {
  /** `null`: nothing. */
  readonly text: string | null
  /** The revision that it is stamped with. */
  readonly stamped: number | undefined
}

/** Names are of two sorts, each with keys of its own: those of services, then those of subscriptions (`events/…`). */
export interface Page {
  /** In order of their names. */
  readonly keys: readonly { readonly name: string; readonly stamped: number | undefined }[]
  /** Are these names of subscriptions? */
  readonly isOfEvents: boolean
  /** Is it the last of its sort? */
  readonly isEnd: boolean
  /** Where the next page begins; `undefined`: this was the last of all. */
  readonly cursor: string | undefined
}

/** Each is one operation. KV that fails, or takes too long, is no error here: it will be asked again. */
export interface Records {
  /** Up to {@link NAMES_A_READ} names; `undefined` where KV failed. */
  read(names: readonly string[], withinMs?: number): Promise<ReadonlyMap<string, Found> | undefined>
  /** Up to 1,000 names; `undefined` where KV failed. */
  page(cursor: string | undefined): Promise<Page | undefined>
  /** Puts the text with its stamp, or deletes the key. Says whether KV took it; if not, it may have all the same. */
  write(revision: Revision): Promise<boolean>
}

/** A limit of Workers KV. */
export const NAMES_A_READ = 100
/** The least that KV allows: a comparison wants what is newest. */
const CACHE_SECONDS = 30
const OPERATION_MS = 10_000
/** A row of a Durable Object holds 2 MB. */
const MAX_TEXT_BYTES = 1_900_000

export function records(namespace: Namespace, clock: Clock): Records {
  const late = () => new MeshError('registry_unavailable', 'KV did not answer in time.')
  async function asked<T>(work: Promise<T>, ms = OPERATION_MS): Promise<T | undefined> {
    try {
      return await within(clock, ms, work, late)
    } catch {
      return undefined
    }
  }
  return {
    async read(names, withinMs) {
      const options = { type: 'text', cacheTtl: CACHE_SECONDS } as const
      const found = await asked(namespace.getWithMetadata(names.map(keyOf), options), withinMs)
      return found && new Map(names.map((name) => [name, foundOf(found.get(keyOf(name)))]))
    },
    async page(cursor) {
      const isOfEvents = cursor?.startsWith(EVENTS) ?? false
      const at = isOfEvents ? cursor?.slice(EVENTS.length) : cursor
      const prefix = isOfEvents ? EVENTS : keyOf('')
      const listed = await asked(namespace.list(at ? { prefix, cursor: at } : { prefix }))
      if (!listed) return undefined
      const keys = listed.keys.map(({ name, metadata }) => ({ name: nameOf(name), stamped: stampedRevision(metadata) }))
      const next = listed.list_complete ? '' : (listed.cursor ?? '')
      const others = isOfEvents ? undefined : EVENTS
      return { keys, isOfEvents, isEnd: next === '', cursor: next === '' ? others : isOfEvents ? EVENTS + next : next }
    },
    async write(revision) {
      const key = keyOf(revision.name)
      const work =
        revision.text === null
          ? namespace.delete(key)
          : namespace.put(key, revision.text, { metadata: stampOf(revision) })
      return (await asked(work.then(() => true))) ?? false
    },
  }
}

function foundOf(found: { value: string | null; metadata: unknown } | undefined): Found {
  if (found?.value == null) return { text: null, stamped: undefined }
  return { text: isKept(found.value) ? found.value : standIn(found.value), stamped: stampedRevision(found.metadata) }
}

/** Can history keep this text? */
export function isKept(text: string): boolean {
  return text.length <= MAX_TEXT_BYTES && byteLength(text) <= MAX_TEXT_BYTES
}

/** What history holds of a hand edit that is too long for it, and for the mesh, which refuses it, too. */
function standIn(text: string): string {
  return `too long to be kept: ${text.length} characters, hash ${fnv1a(text).toString(16)}`
}
