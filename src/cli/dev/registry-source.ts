/** The registry file of a mesh that runs: KV is seeded from it, and follows it. */
import { readFile } from 'node:fs/promises'
import { Fault } from '../fault.ts'
import { nameOf } from '../key.ts'
import type { Given } from '../needs.ts'
import { recordComplaints } from './record-complaint.ts'
import { parseRegistryFile } from './registry-file.ts'
import { type RegistryStore, registryWriter } from './registry-writer.ts'
import { watchText } from './watch-text.ts'

export interface RegistrySource {
  /** KV keys that the file names. */
  readonly keys: readonly string[]
  /** Writes what the file said when it was read, then each change of it, until the returned function is called. */
  feed(store: RegistryStore, given: Given, events: RegistryEvents): Promise<() => void>
}

export interface RegistryEvents {
  /** A change in the file has reached KV. */
  note(line: string): void
  /** The file or a record in it is not as it should be; the mesh goes on with what it had. */
  warn(line: string): void
}

/** @throws Fault where the file cannot be read or is not a registry. */
export async function registrySource(file: string): Promise<RegistrySource> {
  const text = await readFile(file, 'utf8').catch((cause: Error) => {
    throw new Fault(`The registry file cannot be read: ${cause.message}`, { cause })
  })
  const entries = parseRegistryFile(text, file)
  return {
    keys: [...entries.keys()],
    async feed(store, given, events) {
      const writer = registryWriter(store)
      const write = async (entries: ReadonlyMap<string, string>) => {
        const written = await writer.write(entries)
        for (const key of [...written.added, ...written.changed]) {
          const complaints = recordComplaints(key, entries.get(key) ?? '', given, (name) =>
            entries.has(`services/${name}`),
          )
          for (const complaint of complaints) events.warn(`${file}: ${complaint}`)
        }
        return written
      }
      await write(entries)
      return watchText(file, text, {
        async text(text) {
          try {
            const changes = Object.entries(await write(parseRegistryFile(text, file)))
            const told = changes.filter(([, keys]) => keys.length > 0).map(([what, keys]) => `${what} ${names(keys)}`)
            if (told.length > 0) events.note(`${file}: ${told.join(', ')}`)
          } catch (error) {
            events.warn(
              `${sentence(error instanceof Fault ? error.message : `${file}: ${error}`)} What was last read goes on.`,
            )
          }
        },
        unreadable: (error) => events.warn(`${error.message}; what was last read goes on.`),
      })
    },
  }
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`
}

function names(keys: readonly string[]): string {
  return keys.map(nameOf).join(' ')
}
