/** Parts of a schema that stand in several places, written once. */
import type { Json } from './structure.ts'

/** Characters from which on a part is worth a name. */
const LEAST = 200

/** The same schema, with each larger part that stands twice under a name. */
export function shared(schema: Json): { schema: Json; definitions: Json } {
  const counts = new Map<string, number>()
  visit(schema, (part) => {
    const text = JSON.stringify(part)
    const before = counts.get(text) ?? 0
    counts.set(text, before + 1)
    // What stands in a part that has a name stands there once.
    return before === 0 || text.length < LEAST
  })
  const names = new Map<string, string>()
  const definitions: Record<string, Json> = {}

  function told(part: unknown, name: string): unknown {
    if (Array.isArray(part)) return part.map((item) => told(item, name))
    if (typeof part !== 'object' || part === null) return part
    const text = JSON.stringify(part)
    if (!isSchema(part as Json) || text.length < LEAST || (counts.get(text) ?? 0) < 2) return inner(part as Json, name)
    const known = names.get(text)
    if (known !== undefined) return { $ref: `#/definitions/${known}` }
    const free = name in definitions ? `${name}-${names.size}` : name
    names.set(text, free)
    // Its place is kept: what it holds may need names, too.
    definitions[free] = {}
    definitions[free] = inner(part as Json, name)
    return { $ref: `#/definitions/${free}` }
  }

  function inner(part: Json, name: string): Json {
    const entries = Object.entries(part).map(([key, value]) => {
      if (key === 'default' || key === 'examples') return [key, value]
      return [key, told(value, /^(items|properties|anyOf|additionalProperties)$/.test(key) ? name : key)]
    })
    return Object.fromEntries(entries)
  }

  return { schema: inner(schema, 'record'), definitions }
}

/** Calls for every part that is a schema of its own, and for what it holds where the answer is yes. */
function visit(part: unknown, call: (schema: Json) => boolean): void {
  if (typeof part !== 'object' || part === null) return
  if (isSchema(part as Json) && !call(part as Json)) return
  for (const [key, value] of Object.entries(part)) if (key !== 'default' && key !== 'examples') visit(value, call)
}

function isSchema(part: Json): boolean {
  return typeof part.type === 'string' || Array.isArray(part.anyOf)
}
