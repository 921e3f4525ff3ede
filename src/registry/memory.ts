/** A registry in memory: for tests, for simulation, and for a mesh whose names are known at deployment. */
import { keyOf } from './keys.ts'
import type { Entry, Registry } from './registry.ts'

/** A record as a value, a record as text, or a bare URL. */
export type WrittenEntry = string | object

export interface MemoryRegistry extends Registry {
  /** Writes a record, as an operator would. It is not checked here: the mesh does that when it reads it. */
  set(name: string, record: WrittenEntry, revision?: string): void
  delete(name: string): void
}

/**
 * @param records by service name or wildcard.
 * @example memoryRegistry({ users: 'https://users.example.com', '*.shop': { endpoints: [{ binding: 'SHOP' }] } })
 */
export function memoryRegistry(records: Readonly<Record<string, WrittenEntry>> = {}): MemoryRegistry {
  const entries = new Map<string, Entry>()
  const registry: MemoryRegistry = {
    set(name, record, revision) {
      entries.set(keyOf(name), { text: typeof record === 'string' ? record : JSON.stringify(record), revision })
    },
    delete(name) {
      entries.delete(keyOf(name))
    },
    subrequestsPerRead: 0,
    read: async (keys) => keys.map((key) => entries.get(key)),
  }
  for (const [name, record] of Object.entries(records)) registry.set(name, record)
  return registry
}
