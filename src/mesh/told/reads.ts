/** What a decision reads of the registry: noted key by key, and with records laid over it that are not there yet. */
import { keyOf } from '../../registry/keys.ts'
import type { Entry, Registry } from '../../registry/registry.ts'
import type { ReadKey } from './decision.ts'

export interface NotedRegistry {
  readonly registry: Registry
  /** Those that were read, in the order in which they first were. */
  keys(): readonly ReadKey[]
  /** @throws what the registry has thrown: of what cannot be read, nothing can be told. */
  assertRead(): void
}

/** Records by name: what would stand there, or `null` for a name that would not be there. */
export type WhatIf = Readonly<Record<string, string | null>>

export function notedRegistry(registry: Registry, whatIf: WhatIf = {}): NotedRegistry {
  const laid = new Map(Object.entries(whatIf).map(([name, text]) => [keyOf(name), text]))
  const seen = new Map<string, ReadKey>()
  const failures: unknown[] = []
  return {
    registry: {
      subrequestsPerRead: 0,
      async read(keys) {
        const others = keys.filter((key) => !laid.has(key))
        const found = others.length === 0 ? [] : await read(others)
        return keys.map((key) => {
          const isWhatIf = laid.has(key)
          const entry = isWhatIf ? entryOf(laid.get(key)) : found[others.indexOf(key)]
          const { revision } = entry ?? {}
          const isThere = entry !== undefined
          if (!seen.has(key)) seen.set(key, isWhatIf ? { key, isThere, isWhatIf } : { key, isThere, revision })
          return entry
        })
      },
    },
    keys: () => [...seen.values()],
    assertRead() {
      if (failures.length > 0) throw failures[0]
    },
  }

  async function read(keys: readonly string[]) {
    try {
      return await registry.read(keys)
    } catch (error) {
      failures.push(error)
      throw error
    }
  }
}

function entryOf(text: string | null | undefined): Entry | undefined {
  return text == null ? undefined : { text }
}
