/** A KV namespace with the faults of the real one: reads lag, a key takes one write a second, operations fail. */
import type { Clock } from '../../src/core/time/clock.ts'
import type { Namespace } from '../../src/durable/records.ts'
import { keyOf, nameOf } from '../../src/registry/keys.ts'

interface Version {
  readonly at: number
  readonly value: string | null
  readonly metadata: unknown
}

export interface LaggingKv extends Namespace {
  /** A person writes, or deletes, `services/<name>`, or `events/…` as it is. */
  hand(name: string, text: string | null, metadata?: unknown): void
  /** What really stands under `services/<name>`. */
  truth(name: string): Version
  /** Names under which something stands. */
  readonly names: string[]
  /** How old what the next read shows may be, in milliseconds. Default 0. */
  lagMs: () => number
  /** All operations fail. */
  isDown: boolean
  /** Writes fail, though KV is read. */
  isReadOnly: boolean
  /** The reads of values fail that ask for this name. */
  poisoned: string | undefined
  /** What was done, as `put users 3`. */
  readonly log: string[]
  /** Is told what a write of the object writes over. */
  onOverwrite: (name: string, old: Version, now: number) => void
}

const PAGE = 1_000
const NOTHING: Version = { at: 0, value: null, metadata: null }

export function laggingKv(clock: Clock): LaggingKv {
  const versions = new Map<string, Version[]>()
  const writtenAt = new Map<string, number>()

  const newest = (key: string) => versions.get(key)?.at(-1) ?? NOTHING
  const seen = (key: string) => {
    const until = clock.now() - kv.lagMs()
    return versions.get(key)?.findLast(({ at }) => at <= until) ?? NOTHING
  }
  const add = (key: string, value: string | null, metadata: unknown) =>
    versions.set(key, [...(versions.get(key) ?? []), { at: clock.now(), value, metadata }])

  function operation(what: string): void {
    kv.log.push(what)
    if (kv.isDown) throw new Error(`KV failed: 503 (${what})`)
  }
  function write(key: string, value: string | null, metadata: unknown): void {
    if (kv.isReadOnly) throw new Error('KV PUT failed: 503')
    if (clock.now() - (writtenAt.get(key) ?? 0) < 1_000) throw new Error('KV PUT failed: 429 Too Many Requests')
    writtenAt.set(key, clock.now())
    kv.onOverwrite(nameOf(key), newest(key), clock.now())
    add(key, value, metadata)
  }

  const kv: LaggingKv = {
    lagMs: () => 0,
    isDown: false,
    isReadOnly: false,
    poisoned: undefined,
    log: [],
    onOverwrite: () => {},
    hand(name, text, metadata = null) {
      // To delete what is not there changes nothing.
      if (text !== null || newest(keyOf(name)).value !== null) add(keyOf(name), text, metadata)
    },
    truth: (name) => newest(keyOf(name)),
    get names() {
      return [...versions.keys()].filter((key) => newest(key).value !== null).map(nameOf)
    },
    async getWithMetadata(keys) {
      operation(`read ${keys.length}`)
      if (keys.length > 100) throw new Error('400 You can request a maximum of 100 keys')
      if (kv.poisoned !== undefined && keys.includes(keyOf(kv.poisoned))) throw new Error('KV GET_BULK failed: 413')
      return new Map(keys.map((key) => [key, seen(key)]))
    },
    async put(key, value, { metadata }) {
      operation(`put ${nameOf(key)} ${(metadata as { revision: number }).revision}`)
      if (JSON.stringify(metadata).length > 1_024) throw new Error('413 Metadata is too long')
      write(key, value, metadata)
    },
    async delete(key) {
      operation(`delete ${nameOf(key)}`)
      write(key, null, null)
    },
    async list({ prefix, cursor }) {
      operation('list')
      const all = [...versions.keys()].filter((key) => key.startsWith(prefix) && seen(key).value !== null).sort()
      const rest = all.filter((key) => key > (cursor ?? ''))
      const keys = rest.slice(0, PAGE).map((name) => ({ name, metadata: seen(name).metadata ?? undefined }))
      const isLast = rest.length <= PAGE
      return { keys, list_complete: isLast, ...(isLast ? {} : { cursor: keys.at(-1)?.name ?? '' }) }
    },
  }
  return kv
}
