/** Seeds KV from a registry file, and writes each later change of the file to KV. */

import { readFile } from 'node:fs/promises'
import { Fault } from '../../manifest/yaml/fault.ts'
import { nameOf } from '../../record/check/key.ts'
import { namesOnward } from '../../record/check/onward.ts'
import { finder } from '../../record/check/subscribed.ts'
import { parseRecord } from '../../record/parse.ts'
import { type Beside, recordComplaints } from './record-complaint.ts'
import { parseRegistryFile, placesIn } from './registry-file.ts'
import { type RegistryStore, registryWriter } from './registry-writer.ts'
import { watchText } from './watch-text.ts'

export interface RegistrySource {
  /** The KV keys of the file. */
  readonly keys: readonly string[]
  /** Writes the file as it was read, then each change of it, until the returned function is called. */
  feed(store: RegistryStore, mesh: Fed, events: RegistryEvents): Promise<() => void>
}

/** The mesh that reads the records: the bindings and secrets of its Worker, and its domain. */
export type Fed = Pick<Beside, 'given' | 'domain'>

export interface RegistryEvents {
  /** A change in the file has reached KV. */
  note(line: string): void
  /** The file, or a record in it, has an error. The mesh goes on with what it had. */
  warn(line: string): void
}

/** @throws Fault where the file cannot be read, or is not a registry. */
export async function registrySource(file: string): Promise<RegistrySource> {
  const text = await readFile(file, 'utf8').catch((cause: Error) => {
    throw new Fault(`The registry file cannot be read: ${cause.message}`, { cause })
  })
  const entries = parseRegistryFile(text, file)
  return {
    keys: [...entries.keys()],
    async feed(store, mesh, events) {
      const writer = registryWriter(store)
      const write = async (entries: ReadonlyMap<string, string>, text: string) => {
        const written = await writer.write(entries)
        const at = placesIn(text, file)
        const beside = { ...mesh, ...besides(entries), told: new Set<string>() }
        for (const key of [...written.added, ...written.changed]) {
          for (const complaint of recordComplaints(key, entries.get(key) ?? '', beside)) {
            events.warn(`${at(key, complaint.path)}: ${complaint.text}`)
          }
        }
        return written
      }
      await write(entries, text)
      return watchText(file, text, {
        async text(text) {
          try {
            const changes = Object.entries(await write(parseRegistryFile(text, file), text))
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

/** What is known of all records of a file. */
function besides(entries: ReadonlyMap<string, string>): Pick<Beside, 'stands' | 'aliasOf' | 'find'> {
  const recordOf = (name: string) => {
    try {
      return parseRecord(entries.get(`services/${name}`) ?? '')
    } catch {
      // Its own error is reported.
      return undefined
    }
  }
  return {
    stands: (name) => entries.has(`services/${name}`),
    aliasOf: (name) => namesOnward(recordOf(name)),
    find: finder(recordOf),
  }
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`
}

function names(keys: readonly string[]): string {
  return keys.map(nameOf).join(' ')
}
