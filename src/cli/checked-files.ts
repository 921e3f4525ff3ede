/** Records of files, manifests turned into records among them: read, and looked at as the mesh would. */

import type { WrittenRecord } from '../admin/client.ts'
import { convert } from '../manifest/convert.ts'
import type { Path } from '../manifest/manifest.ts'
import { isManifest } from '../manifest/read.ts'
import type { Document } from '../manifest/yaml/documents.ts'
import { type Input, readInput } from '../manifest/yaml/input.ts'
import { spelled } from '../manifest/yaml/spelled.ts'
import { nameOf } from '../record/check/key.ts'
import { namesOnward } from '../record/check/onward.ts'
import { finder } from '../record/check/subscribed.ts'
import { type Finding, findingsIn, type Lacking, recordsIn } from './records.ts'

export interface FileRecord {
  /** `undefined` of a record by itself. */
  readonly name: string | undefined
  readonly record: WrittenRecord
  /** `file:line`. */
  readonly place: string
}

export interface CheckedFiles {
  /** What is refused is not among them. */
  readonly records: readonly FileRecord[]
  /** How many things are wrong. */
  readonly errors: number
  /** Files that could not be read. */
  readonly broken: Input['broken']
}

export interface Reading {
  /** Is each document a record by itself? */
  readonly isRecord?: boolean | undefined
  readonly lacking?: Lacking
  /** The name of routes that have none. */
  readonly hostname?: string | undefined
  /** The mesh's own. */
  readonly domain: string
}

/** @param tell is told of each finding, with its place in front. */
export async function checkedFiles(
  names: readonly string[],
  { isRecord = false, lacking = () => [], hostname, domain }: Reading,
  tell: (severity: Finding['severity'], text: string) => void,
): Promise<CheckedFiles> {
  const { documents, broken } = await readInput(names)
  let errors = 0
  const found = (at: Document['at'], { severity, path, reason }: Finding) => {
    if (severity === 'error') errors += 1
    tell(severity, `${at(path)}: ${severity}: ${spelled(path)}${reason}`)
  }
  const { records, findings } = convert(
    documents.filter(({ value }) => isManifest(value)),
    { hostname, domain },
  )
  for (const { source, ...finding } of findings) found(source.at, finding)
  const sets = documents
    .filter(({ value }) => !isManifest(value))
    .flatMap(viewsIn)
    .map((document) => ({ document, read: recordsIn(document.value, isRecord) }))
  const stored = sets.flatMap(({ read }) => read.records.filter(({ name }) => name !== undefined))
  const known = new Map(stored.map((record) => [record.name, record]))
  const made = new Set([...records.keys()].map(nameOf))
  const check = {
    lacking,
    domain,
    stands: (name: string) => known.has(name) || made.has(name),
    aliasOf: (name: string) => namesOnward(known.get(name)?.parsed),
    find: finder((name) => known.get(name)?.parsed),
    told: new Set<string>(),
  }
  for (const { document, read } of sets) {
    for (const finding of findingsIn(read, check)) found(document.at, finding)
  }
  const manifests = documents.filter(({ value }) => isManifest(value))
  return {
    records: [
      ...[...records].map(([key, record]) => ({
        name: nameOf(key),
        record: record as WrittenRecord,
        place: manifests[0]?.at([]) ?? '',
      })),
      ...sets.flatMap(({ document, read }) =>
        read.records
          .filter(({ parsed, subscriptions }) => parsed !== undefined || subscriptions !== undefined)
          .map(({ name, path, written }) => ({ name, record: written as WrittenRecord, place: document.at(path) })),
      ),
    ],
    errors,
    broken,
  }
}

/** What `get` prints is read as the records in it. */
function viewsIn(document: Document): Document[] {
  const { value, at } = document
  const views = Array.isArray(value) ? value : [value]
  if (views.length === 0 || !views.every(isView)) return [document]
  return views.map(({ name, record }, index) => ({
    value: { [name]: record },
    at: ([, ...within]: Path) => at([...(Array.isArray(value) ? [index] : []), 'record', ...within]),
  }))
}

/** A number is no record: no map of names to records looks so. */
function isView(value: unknown): value is { readonly name: string; readonly record: unknown } {
  if (typeof value !== 'object' || value === null) return false
  const { name, record, revision } = value as Readonly<Record<string, unknown>>
  return typeof name === 'string' && record !== undefined && typeof revision === 'number'
}
