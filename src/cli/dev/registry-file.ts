/** Reads a registry file, JSON or YAML: a map of KV keys to values. */
import { isCollection, isMap, isNode, isScalar, isSeq, LineCounter, type ParsedNode, parseDocument } from 'yaml'
import type { Path } from '../../manifest/manifest.ts'
import { Fault } from '../../manifest/yaml/fault.ts'
import { isJson, jsonFault } from '../../manifest/yaml/json.ts'
import { isOfEvents } from '../../record/events/event-key.ts'

const PREFIX = 'services/'

/**
 * The KV keys and values of a registry file.
 *
 * A key is a service name, with or without `services/`, or `events/` and an event type. A record is an object, or a string that goes into KV as it is (a bare URL).
 * `$schema` is for editors. Records are not validated here.
 *
 * @throws Fault with file, line and column, where the text is not a map of names to records.
 * @example parseRegistryFile('users: https://users.example.com', 'registry.yaml')
 *   // Map { 'services/users' => 'https://users.example.com' }
 */
export function parseRegistryFile(text: string, file: string): Map<string, string> {
  const lines = new LineCounter()
  // JSON is YAML: one parser reads both, and gives positions in both.
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, merge: true })
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset)
    return `${file}:${line}:${col}`
  }

  const fault = isJson(text, file) && text.trim() !== '' ? jsonFault(text) : undefined
  if (fault) throw new Fault(`${at(fault.offset)}: is read as JSON, and ${fault.what}.`)
  const [error] = document.errors
  if (error) throw new Fault(`${at(error.pos[0])}: ${error.message}`)

  const root = document.contents
  if (root === null) throw new Fault(`${file}: is empty; an empty registry is written {}.`)
  if (!isMap<ParsedNode, ParsedNode>(root)) {
    throw new Fault(`${at(root.range[0])}: expected a map of service names to records.`)
  }

  if (root.has('apiVersion') && root.has('kind')) {
    throw new Fault(`${at(root.range[0])}: is a manifest: selvedge convert makes records of it.`)
  }

  const entries = new Map<string, string>()
  for (const { key, value } of root.items) {
    if (!isScalar(key)) throw new Fault(`${at(key.range[0])}: a service name is a string.`)
    const name = key.source ?? String(key.value)
    if (name === '$schema' && isScalar(value) && typeof value.value === 'string') continue
    const kvKey = name.startsWith(PREFIX) || isOfEvents(name) ? name : PREFIX + name
    if (entries.has(kvKey)) throw new Fault(`${at(key.range[0])}: ${kvKey} stands here twice.`)
    entries.set(kvKey, stored(value?.toJS(document)))
  }
  return entries
}

function stored(record: unknown): string {
  return typeof record === 'string' ? record : JSON.stringify(record ?? null)
}

/**
 * The place of a part of a record in the file: `registry.yaml:3`.
 *
 * @param text of a valid registry file.
 */
export function placesIn(text: string, file: string): (key: string, path: Path) => string {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, merge: true })
  return (key, path) => {
    let node: unknown = document.contents
    let offset = 0
    for (const step of [key, ...path]) {
      const found = isMap(node)
        ? node.items.find(({ key: one }) => isCalled(one, step) || isCalled(one, String(step).replace(PREFIX, '')))
        : undefined
      const item = isSeq(node) ? node.items[Number(step)] : undefined
      const first = found ? found.key : item
      if (!isNode(first)) break
      offset = first.range?.[0] ?? offset
      node = found ? found.value : item
      if (!isCollection(node)) break
    }
    return `${file}:${lines.linePos(offset).line}`
  }
}

function isCalled(key: unknown, name: string | number): boolean {
  return isScalar(key) && (key.source ?? String(key.value)) === name
}
