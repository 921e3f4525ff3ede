/** A registry in Workers KV: one key for each name, one read for each name that is not known yet. */
import type { Entry, Registry } from './registry.ts'

/** The metadata of a key. An edit by hand has none, and is valid all the same. */
export interface EntryMetadata {
  revision?: string | number
  author?: string
  message?: string
  at?: string
}

export interface KvRegistryOptions {
  /** How long a location of Cloudflare may serve a value from its cache, in seconds. The platform's minimum is 30. Default 30. */
  cacheTtl?: number
}

/**
 * Reads records from a KV namespace: `services/<name>` holds a bare URL or a JSON record.
 *
 * @throws {TypeError} when `namespace` is not a KV namespace.
 */
export function kvRegistry(namespace: KVNamespace, { cacheTtl = 30 }: KvRegistryOptions = {}): Registry {
  if (typeof namespace?.getWithMetadata !== 'function') {
    throw new TypeError(`kvRegistry needs a KV namespace, as in kvRegistry(env.REGISTRY); got ${namespace}.`)
  }
  const options = { type: 'text', cacheTtl } as const
  return {
    async read(keys) {
      const [first, ...more] = keys
      if (first === undefined) return []
      if (more.length === 0) return [entryOf(await namespace.getWithMetadata<EntryMetadata>(first, options))]
      const found = await namespace.getWithMetadata<EntryMetadata>([...keys], options)
      return keys.map((key) => entryOf(found.get(key)))
    },
  }
}

function entryOf(
  found: { value: string | null; metadata: EntryMetadata | null } | null | undefined,
): Entry | undefined {
  if (found?.value == null) return undefined
  const revision = found.metadata?.revision
  return { text: found.value, revision: revision == null ? undefined : String(revision) }
}
