/** Files of several documents, JSON or YAML, in which every field has a line. */
import {
  isCollection,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Document as Parsed,
  parseAllDocuments,
  visit,
  type YAMLMap,
} from 'yaml'
import type { Path } from '../../policy/manifest/manifest.ts'
import { Fault } from '../fault.ts'
import { NegativeAnswer } from '../negative-answer.ts'
import { longRules } from './glance.ts'

/** The largest file that is read, in bytes: a parser of YAML takes about a second for it. */
const MAX_BYTES = 1_048_576
/** How often aliases may be followed: a few lines of them can stand for gigabytes. */
const MAX_ALIASES = 100

export interface Document {
  readonly value: unknown
  /** `file:line` of a field, or of the nearest thing around it that was written. */
  at(path: Path): string
}

/**
 * The documents of a file; a `List` stands for its items.
 *
 * @throws Fault naming file and line, where the text cannot be read at all; NegativeAnswer, where a glance shows that it is refused.
 */
export function readDocuments(text: string, file: string): Document[] {
  if (Buffer.byteLength(text) > MAX_BYTES) throw new Fault(`${file}: more than 1 MiB; split it.`)
  const long = longRules(text)
  if (long) {
    const place = long.line === undefined ? file : `${file}:${long.line}`
    throw new NegativeAnswer(`${place}: ${long.count} rules; a record or route has 16 at most.`)
  }
  const lines = new LineCounter()
  const parsed = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false })
  if (!Array.isArray(parsed)) return []
  return parsed
    .filter((document) => document.contents !== null || document.errors.length > 0)
    .flatMap((document) => {
      const lineOf = (offset: number) => `${file}:${lines.linePos(offset).line}`
      const [error] = document.errors
      if (error) throw new Fault(`${lineOf(error.pos[0])}: ${error.message}`)
      const twice = firstKeyTwice(document)
      if (twice) throw new Fault(`${lineOf(twice.offset)}: The key "${twice.key}" stands twice.`)
      const find = finder()
      const at = (path: Path) => {
        let node: unknown = document.contents
        let offset = isCollection(node) ? (node.range?.[0] ?? 0) : 0
        for (const key of path) {
          node = find(node, key)
          if (!isNode(node)) break
          offset = node.range?.[0] ?? offset
        }
        return lineOf(offset)
      }
      const value = resolved(() => document.toJS({ maxAliasCount: MAX_ALIASES }), at([]))
      // Nothing but a comment.
      if (value === null) return []
      return itemsOf(value).map(({ item, path }) => ({ value: item, at: (inner: Path) => at([...path, ...inner]) }))
    })
}

/** What stands under a key, or at an index; the keys of a map are read once, however many of them are asked for. */
function finder(): (node: unknown, key: string | number) => unknown {
  const known = new WeakMap<YAMLMap, Map<string, unknown>>()
  return (node, key) => {
    if (isSeq(node)) return node.items[Number(key)]
    if (!isMap(node)) return undefined
    const keys = known.get(node) ?? new Map(node.items.map(({ key, value }) => [String(key), value]))
    known.set(node, keys)
    return keys.get(String(key))
  }
}

/** The first key that its map has already. The parser's own check compares each key with every other. */
function firstKeyTwice(document: Parsed): { key: string; offset: number } | undefined {
  let found: { key: string; offset: number } | undefined
  visit(document, {
    Map(_, { items }) {
      const seen = new Set<unknown>()
      for (const { key } of items) {
        if (!isScalar(key)) continue
        if (seen.has(key.value)) {
          found = { key: String(key.value), offset: key.range?.[0] ?? 0 }
          return visit.BREAK
        }
        seen.add(key.value)
      }
      return undefined
    },
  })
  return found
}

function resolved(read: () => unknown, place: string): unknown {
  try {
    return read()
  } catch (error) {
    throw new Fault(`${place}: ${error instanceof Error ? error.message : error}`)
  }
}

/** `kubectl get -o yaml` writes a List around what it found. */
function itemsOf(value: unknown): { item: unknown; path: Path }[] {
  const { kind, items } = (value ?? {}) as { kind?: unknown; items?: unknown }
  if (typeof kind !== 'string' || !kind.endsWith('List') || !Array.isArray(items)) return [{ item: value, path: [] }]
  return items.map((item: unknown, index) => ({ item, path: ['items', index] }))
}
