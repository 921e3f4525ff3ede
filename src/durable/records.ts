/** Records as they stand in KV: read, listed and written under their names, each operation within its time. */
import { type Clock, within } from '../core/clock.ts'
import { MeshError } from '../core/errors.ts'
import { fnv1a } from '../math/hash.ts'
import { keyOf } from '../registry/keys.ts'
import type { Revision } from './revision.ts'
import { byteLength, stampedRevision, stampOf } from './stamp.ts'

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

export interface Page {
  /** In order of their names. */
  readonly keys: readonly { readonly name: string; readonly stamped: number | undefined }[]
  /** Where the next page begins; `undefined`: this was the last. */
  readonly cursor: string | undefined
}

export interface Records {
  /** One operation for up to {@link NAMES_A_READ} names. */
  read(names: readonly string[], withinMs?: number): Promise<ReadonlyMap<string, Found>>
  /** One operation: up to 1,000 names. */
  page(cursor: string | undefined): Promise<Page>
  /** One operation: puts the text with its stamp, or deletes the key. */
  write(revision: Revision): Promise<void>
}

/** A limit of Workers KV. */
export const NAMES_A_READ = 100
/** The least that KV allows: a comparison wants what is newest. */
const CACHE_SECONDS = 30
const OPERATION_MS = 10_000
/** A row of a Durable Object holds 2 MB. */
const MAX_TEXT_BYTES = 1_900_000

export function records(namespace: Namespace, clock: Clock): Records {
  const inTime = <T>(work: Promise<T>, ms = OPERATION_MS) =>
    within(clock, ms, work, () => new MeshError('registry_unavailable', `KV did not answer within ${ms} ms.`))
  return {
    async read(names, withinMs) {
      const options = { type: 'text', cacheTtl: CACHE_SECONDS } as const
      const found = await inTime(namespace.getWithMetadata(names.map(keyOf), options), withinMs)
      return new Map(names.map((name) => [name, foundOf(found.get(keyOf(name)))]))
    },
    async page(cursor) {
      const prefix = keyOf('')
      const { keys, ...rest } = await inTime(namespace.list(cursor === undefined ? { prefix } : { prefix, cursor }))
      return {
        keys: keys.map(({ name, metadata }) => ({
          name: name.slice(prefix.length),
          stamped: stampedRevision(metadata),
        })),
        cursor: rest.list_complete ? undefined : rest.cursor,
      }
    },
    async write(revision) {
      const key = keyOf(revision.name)
      if (revision.text === null) await inTime(namespace.delete(key))
      else await inTime(namespace.put(key, revision.text, { metadata: stampOf(revision) }))
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
