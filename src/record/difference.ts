/** How two texts of a record differ: field by field where both are JSON, as a whole where one is not. */
import { isDeeper, MOST_LEVELS } from '../core/text/depth.ts'

export interface Difference {
  /** A JSON Pointer (RFC 6901) to the field; `''` is the record. */
  readonly path: string
  /** Left out where the field is not there. */
  readonly before?: unknown
  readonly after?: unknown
}

/** Differences that are told, at most; the last one told is of the record as a whole if there are more. */
const MAX_DIFFERENCES = 100

/** `null` stands for no record. Elements of arrays are compared by their place. */
export function difference(before: string | null, after: string | null): Difference[] {
  const found: Difference[] = []
  const pending: [path: string, before: unknown, after: unknown][] = [['', parsed(before), parsed(after)]]
  // No recursion: a record may be nested as deep as a text is long.
  for (let next = pending.pop(); next; next = pending.pop()) {
    const [path, was, is] = next
    if (was === is) continue
    if (!isNested(was) || !isNested(is) || Array.isArray(was) !== Array.isArray(is)) {
      found.push({ path, ...(was === undefined ? {} : { before: was }), ...(is === undefined ? {} : { after: is }) })
      if (found.length === MAX_DIFFERENCES) return [...found.slice(0, -1), { path: '', before, after }]
      continue
    }
    const fields = [...new Set([...Object.keys(was), ...Object.keys(is)])].reverse()
    for (const field of fields) pending.push([`${path}/${escaped(field)}`, own(was, field), own(is, field)])
  }
  // The same to the mesh, written in another way.
  if (found.length === 0 && before !== after) return [{ path: '', before, after }]
  return found
}

type Nested = Readonly<Record<string, unknown>>

function isNested(value: unknown): value is Nested {
  return typeof value === 'object' && value !== null
}

function own(value: Nested, field: string): unknown {
  return Object.hasOwn(value, field) ? value[field] : undefined
}

function parsed(text: string | null): unknown {
  if (text === null) return undefined
  // What is deeper can neither be sent nor written out.
  if (isDeeper(text, MOST_LEVELS)) return text
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function escaped(field: string): string {
  return field.replaceAll('~', '~0').replaceAll('/', '~1')
}
