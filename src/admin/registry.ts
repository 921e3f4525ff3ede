/** The registry that decisions are made of: the newest text of each name, as history has it. */
import { keyOf } from '../registry/keys.ts'
import type { Registry } from '../registry/registry.ts'
import { type ControlEnv, registryOf } from './env.ts'

const PREFIX = keyOf('')

export function newestRecords(env: ControlEnv): Registry {
  return {
    async read(keys) {
      const names = keys.map((key) => nameOf(key))
      const { entries } = await registryOf(env).read(names, 0)
      return entries.map(({ text, revision }) => (text === null ? undefined : { text, revision: String(revision) }))
    },
  }
}

/** The name of a registry key. */
export function nameOf(key: string): string {
  return key.startsWith(PREFIX) ? key.slice(PREFIX.length) : key
}
