/** A registry for those who ask what would be: the newest texts, past KV, with changes laid over that are not written. */
import { keyOf } from './keys.ts'
import type { Entry, Registry } from './registry.ts'

/** Reads the newest texts of names; `null` where there is no record. 100 names at once, at most. */
export type ReadNewest = (names: readonly string[]) => Promise<readonly { name: string; text: string | null }[]>

const NAMES_AT_ONCE = 100

export interface PastKv {
  readonly registry: Registry
  /** The same, where these names had these texts; `null`: no record. */
  with(changes: Readonly<Record<string, string | null>>): Registry
  /** Reads what will be asked for, in few reads. */
  prepare(keys: Iterable<string>): Promise<void>
}

/** Each name is read once: what it answers is of one moment, or close to it. */
export function pastKv(read: ReadNewest): PastKv {
  const known = new Map<string, Entry | undefined>()
  const prefix = keyOf('')

  async function load(keys: Iterable<string>): Promise<void> {
    const names = [...new Set(keys)].filter((key) => !known.has(key)).map((key) => key.slice(prefix.length))
    for (let at = 0; at < names.length; at += NAMES_AT_ONCE) {
      const some = names.slice(at, at + NAMES_AT_ONCE)
      for (const name of some) known.set(keyOf(name), undefined)
      for (const { name, text } of await read(some)) if (text !== null) known.set(keyOf(name), { text })
    }
  }

  const registry: Registry = {
    subrequestsPerRead: 0,
    async read(keys) {
      await load(keys)
      return keys.map((key) => known.get(key))
    },
  }
  return {
    registry,
    with(changes) {
      const laid = new Map(Object.entries(changes).map(([name, text]) => [keyOf(name), text]))
      return {
        subrequestsPerRead: 0,
        async read(keys) {
          const standing = await registry.read(keys.filter((key) => !laid.has(key)))
          const others = standing.values()
          return keys.map((key) => {
            const text = laid.get(key)
            if (text === undefined) return others.next().value
            return text === null ? undefined : { text }
          })
        },
      }
    },
    prepare: load,
  }
}
