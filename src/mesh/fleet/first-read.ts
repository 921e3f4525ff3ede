/** A registry that reads one key more until a read was answered: what other isolates have seen, for one that has seen nothing yet. */
import type { Registry } from '../../registry/registry.ts'

/**
 * @param key under which it stands.
 * @param hear is told what stands there, before the records of that read are answered.
 */
export function firstRead(registry: Registry, key: string, hear: (text: string) => void): Registry {
  let isRead = false
  return {
    ...registry,
    async read(keys) {
      if (isRead) return registry.read(keys)
      const entries = await registry.read([...keys, key])
      isRead = true
      const text = entries[keys.length]?.text
      if (text !== undefined) hear(text)
      return entries.slice(0, keys.length)
    },
  }
}
