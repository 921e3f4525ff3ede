/** Files of several documents, JSON or YAML, in which every field has a line. */
import { isCollection, isNode, LineCounter, parseAllDocuments } from 'yaml'
import type { Path } from '../../policy/manifest/manifest.ts'
import { Fault } from '../fault.ts'

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
 * @throws Fault naming file and line, where the text cannot be read at all.
 */
export function readDocuments(text: string, file: string): Document[] {
  if (Buffer.byteLength(text) > MAX_BYTES) throw new Fault(`${file}: more than 1 MiB; split it.`)
  const lines = new LineCounter()
  const parsed = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false })
  if (!Array.isArray(parsed)) return []
  return parsed
    .filter((document) => document.contents !== null || document.errors.length > 0)
    .flatMap((document) => {
      const lineOf = (offset: number) => `${file}:${lines.linePos(offset).line}`
      const [error] = document.errors
      if (error) throw new Fault(`${lineOf(error.pos[0])}: ${error.message}`)
      const at = (path: Path) => {
        for (let length = path.length; length > 0; length--) {
          const node = document.getIn(path.slice(0, length), true)
          if (isNode(node) && node.range) return lineOf(node.range[0])
        }
        return lineOf(isCollection(document.contents) ? (document.contents.range?.[0] ?? 0) : 0)
      }
      const value = resolved(() => document.toJS({ maxAliasCount: MAX_ALIASES }), at([]))
      // Nothing but a comment.
      if (value === null) return []
      return itemsOf(value).map(({ item, path }) => ({ value: item, at: (inner: Path) => at([...path, ...inner]) }))
    })
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
