/** The records that files stand for, manifests turned into records among them: by name, as they would be put under a key. */
import { convert } from '../manifest/convert.ts'
import { isManifest } from '../manifest/read.ts'
import type { Document } from '../manifest/yaml/documents.ts'
import { nameOf } from '../record/check/key.ts'
import { recordsIn } from './records.ts'

/** What names routes that have no name, and the mesh's own domain: as `convert` has them. */
export interface Naming {
  readonly hostname?: string | undefined
  readonly domain: string
}

/**
 * Each as text, as it stands in KV. What is refused is there, too: it is for others to say why. A record by itself, without a
 * name, is left out.
 */
export function fileRecords(documents: readonly Document[], { hostname, domain }: Naming): Map<string, string> {
  const manifests = documents.filter(({ value }) => isManifest(value))
  const { records } = convert(manifests, { hostname, domain })
  const all = new Map([...records].map(([key, record]) => [nameOf(key), textOf(record)]))
  for (const { value } of documents.filter(({ value }) => !isManifest(value))) {
    for (const { name, written } of recordsIn(value, false).records) {
      if (name !== undefined) all.set(name, textOf(written))
    }
  }
  return all
}

/** As a registry file has it: a string stands for itself. */
function textOf(record: unknown): string {
  return typeof record === 'string' ? record : JSON.stringify(record ?? null)
}
