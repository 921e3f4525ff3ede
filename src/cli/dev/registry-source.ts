/** The registry file of a mesh that runs: KV is seeded from it, and follows it. */
import { readFile } from 'node:fs/promises'
import { parseRecord } from '../../policy/parse.ts'
import { Fault } from '../fault.ts'
import { leadsNowhere } from '../leads.ts'
import type { Given } from '../needs.ts'
import { recordComplaint } from './record-complaint.ts'
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
          const complaint = recordComplaint(key, entries.get(key) ?? '', given)
          if (complaint) events.warn(`${file}: ${complaint}`)
          for (const lead of leadsIn(key, entries)) events.warn(`${file}: ${lead}`)
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

/** Names to which what stands under a key leads in vain. */
function leadsIn(key: string, entries: ReadonlyMap<string, string>): string[] {
  try {
    const record = parseRecord(entries.get(key) ?? '')
    const nowhere = leadsNowhere(record, (name) => entries.has(`services/${name}`))
    return nowhere.map(({ name }) => `${names([key])} leads to "${name}", under which no record stands.`)
  } catch {
    // What is wrong with it has been told.
    return []
  }
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`
}

function names(keys: readonly string[]): string {
  return keys.map((key) => key.replace(/^services\//, '')).join(' ')
}
