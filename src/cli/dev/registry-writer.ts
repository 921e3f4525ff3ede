/** Writes a registry to KV, and afterwards only its changes. */

/** As much of a KV namespace as is needed to write. */
export interface RegistryStore {
  put(key: string, value: string): Promise<void>
  delete(key: string): Promise<void>
}

/** The keys that were added, changed and removed. */
export interface Written {
  readonly added: readonly string[]
  readonly changed: readonly string[]
  readonly removed: readonly string[]
}

export interface RegistryWriter {
  /** Makes KV equal to `entries`: puts keys that are new or differ, deletes keys that were written before and are gone. */
  write(entries: ReadonlyMap<string, string>): Promise<Written>
}

/** The most puts in flight at once. */
const BATCH = 32

export function registryWriter(store: RegistryStore): RegistryWriter {
  const known = new Map<string, string>()
  return {
    async write(entries) {
      const added = [...entries.keys()].filter((key) => !known.has(key))
      const changed = [...entries]
        .filter(([key, value]) => known.has(key) && known.get(key) !== value)
        .map(([key]) => key)
      const removed = [...known.keys()].filter((key) => !entries.has(key))

      await inBatches([...added, ...changed], async (key) => {
        const value = entries.get(key) ?? ''
        await store.put(key, value)
        known.set(key, value)
      })
      await inBatches(removed, async (key) => {
        await store.delete(key)
        known.delete(key)
      })
      return { added, changed, removed }
    },
  }
}

async function inBatches<Item>(items: readonly Item[], act: (item: Item) => Promise<void>): Promise<void> {
  for (let start = 0; start < items.length; start += BATCH) {
    await Promise.all(items.slice(start, start + BATCH).map(act))
  }
}
