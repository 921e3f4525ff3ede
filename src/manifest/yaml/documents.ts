/** Reads files of several documents, JSON or YAML, and knows the line of every field. */
import {
  isCollection,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  type Document as Parsed,
  parseAllDocuments,
  visit,
  type YAMLMap,
} from 'yaml'
import type { Path } from '../manifest.ts'
import { Fault } from './fault.ts'
import { longRules } from './glance.ts'
import { isJson, jsonFault, parseJson } from './json.ts'
import { piecesOf } from './json-stream.ts'
import { NegativeAnswer } from './negative-answer.ts'
import { tooMuch } from './weight.ts'

/** The largest file that is read, in bytes. A YAML parser takes about a second for it. */
const MAX_BYTES = 1_048_576
/** How often YAML aliases may be followed. A few lines of them can expand to gigabytes. */
const MAX_ALIASES = 100

export interface Document {
  readonly value: unknown
  /** `file:line` of a field, or of the nearest field around it that is in the file. */
  at(path: Path): string
}

/**
 * The documents of a file. A `List` gives its items.
 *
 * @throws Fault with file and line, where the text cannot be parsed; NegativeAnswer, where a look before parsing shows that it is refused.
 */
export function readDocuments(text: string, file: string): Document[] {
  if (new TextEncoder().encode(text).length > MAX_BYTES) throw new Fault(`${file}: more than 1 MiB; split it.`)
  const much = tooMuch(text)
  if (much) throw new Fault(`${file}:${much.line}: ${much.what}.`)
  const json = isJson(text, file)
  return piecesOf(text).flatMap(({ text, linesBefore }) => documentsOf(text, file, linesBefore, json))
}

function documentsOf(text: string, file: string, linesBefore: number, json: boolean): Document[] {
  const long = longRules(text)
  if (long) {
    const place = long.line === undefined ? file : `${file}:${long.line}`
    throw new NegativeAnswer(`${place}: ${long.count} rules; a route has 16 at most, a record 64.`)
  }
  const fault = json && text.trim() !== '' ? jsonFault(text) : undefined
  if (fault) {
    const line = linesBefore + text.slice(0, fault.offset).split('\n').length
    throw new Fault(`${file}:${line}: is read as JSON, and ${fault.what}.`)
  }
  const lines = new LineCounter()
  // Merge keys (`<<`) are not in YAML 1.2, but kubectl follows them.
  const options = { lineCounter: lines, prettyErrors: false, uniqueKeys: false, merge: true }
  const parsed = parseAllDocuments(text, options)
  if (!Array.isArray(parsed)) return []
  return parsed
    .filter((document) => document.contents !== null || document.errors.length > 0)
    .flatMap((document) => {
      const lineOf = (offset: number) => `${file}:${linesBefore + lines.linePos(offset).line}`
      const [error] = document.errors
      if (error) throw new Fault(`${lineOf(error.pos[0])}: ${told(error)}`)
      const refusal = refusalOf(document)
      if (refusal) throw new Fault(`${lineOf(refusal.offset)}: ${refusal.reason}`)
      const find = finder()
      const at = (path: Path) => {
        let node: unknown = document.contents
        let offset = isCollection(node) ? (node.range?.[0] ?? 0) : 0
        for (const key of path) {
          const found = find(node, key)
          if (!found) break
          offset = found.offset
          node = found.node
        }
        return lineOf(offset)
      }
      const value = json ? parseJson(text) : resolved(() => document.toJS({ maxAliasCount: MAX_ALIASES }), at([]))
      // Only a comment.
      if (value === null) return []
      return itemsOf(value).map(({ item, path }) => ({ value: item, at: (inner: Path) => at([...path, ...inner]) }))
    })
}

interface Written {
  readonly node: unknown
  /** Where it begins. A field begins with its key. */
  readonly offset: number
}

/** The node under a key or at an index. The keys of a map are read once, however many are asked for. */
function finder(): (node: unknown, key: string | number) => Written | undefined {
  const known = new WeakMap<YAMLMap, Map<string, Pair>>()
  return (node, key) => {
    if (isSeq(node)) return written(node.items[Number(key)], node.items[Number(key)])
    if (!isMap(node)) return undefined
    const pairs = known.get(node) ?? new Map(node.items.map((pair) => [String(pair.key), pair]))
    known.set(node, pairs)
    const pair = pairs.get(String(key))
    return pair && written(pair.value, pair.key)
  }
}

function written(node: unknown, first: unknown): Written | undefined {
  return isNode(first) ? { node, offset: first.range?.[0] ?? 0 } : undefined
}

/** Refuses what the parser accepts and two readers may read differently. The parser's own check for duplicate keys is quadratic. */
function refusalOf(document: Parsed): { reason: string; offset: number } | undefined {
  let found: { reason: string; offset: number } | undefined
  const refuse = (node: unknown, reason: string) => {
    found = { reason, offset: (node as Node | null)?.range?.[0] ?? 0 }
    return visit.BREAK
  }
  visit(document, {
    Map(_, { items }) {
      const seen = new Set<unknown>()
      for (const { key } of items) {
        if (!isScalar(key)) return refuse(key, 'A key is a text, not a list or a map.')
        if (seen.has(key.value)) return refuse(key, `The key ${JSON.stringify(String(key.value))} stands twice.`)
        seen.add(key.value)
      }
      return undefined
    },
    Scalar(place, node) {
      const { value, source = '' } = node
      if (place === 'key' || typeof value !== 'number' || !/^[-+]?0[0-9]/.test(source)) return undefined
      return refuse(
        node,
        `${source} is octal to some readers of YAML and decimal to others: leave out the zero in front.`,
      )
    },
  })
  return found
}

function resolved(read: () => unknown, place: string): unknown {
  try {
    const value = read()
    // Throws where the value is circular, or too deep for the stack.
    JSON.stringify(value)
    return value
  } catch (error) {
    throw new Fault(`${place}: ${told(error)}`)
  }
}

function told(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  if (/call stack/.test(message)) return 'too many lists and maps within each other.'
  return /circular/.test(message) ? 'an alias within what it stands for.' : message
}

/** `kubectl get -o yaml` wraps its objects in a List. */
function itemsOf(value: unknown): { item: unknown; path: Path }[] {
  const { kind, items } = (value ?? {}) as { kind?: unknown; items?: unknown }
  if (typeof kind !== 'string' || !kind.endsWith('List') || !Array.isArray(items)) return [{ item: value, path: [] }]
  return items.map((item: unknown, index) => ({ item, path: ['items', index] }))
}
