/** The structure of a valibot schema in the words of JSON Schema: fields, forms, and what their checks say. */
import type * as v from 'valibot'
import { ELSEWHERE, PARTLY, SAID } from './checks.ts'
import { plainPattern } from './plain-pattern.ts'

export type Json = Readonly<Record<string, unknown>>

/** What is told of a place, beside its structure. */
export type Describe = (path: string, form: string | undefined) => Json

/** As much of valibot's own objects as is looked at here. */
interface Seen {
  readonly kind: string
  readonly type: string
  readonly pipe?: readonly Seen[]
  readonly entries?: Readonly<Record<string, Seen>>
  readonly item?: Seen
  readonly wrapped?: Seen
  readonly options?: readonly unknown[]
  /** Of `either`: what the getter chooses from. */
  readonly forms?: readonly Seen[]
  readonly getter?: (input: unknown) => Seen
  readonly message?: string | ((issue: { input: unknown }) => string)
  /** Of `must`. */
  readonly says?: Json
}

/**
 * @throws {TypeError} for a check of which neither it nor scripts/schema/checks.ts says what it is in JSON Schema: none is
 * left out in silence.
 */
export function structureOf(schema: v.GenericSchema, describe: Describe): Json {
  return structure(schema as unknown as Seen, '', describe)
}

function structure(schema: Seen, path: string, describe: Describe): Json {
  const [base, ...actions] = schema.pipe ?? []
  if (base) return actions.reduce((said, action) => both(said, saidOf(action, path)), structure(base, path, describe))
  switch (schema.type) {
    case 'strict_object':
      return fields(schema.entries ?? {}, path, describe)
    // What may stand in it is said by its check.
    case 'loose_object':
      return { type: 'object' }
    case 'array':
      return { type: 'array', items: described(schema.item as Seen, `${path}[]`, describe) }
    case 'optional':
      return structure(schema.wrapped as Seen, path, describe)
    case 'picklist':
      return schema.options?.length === 1 ? { const: schema.options[0] } : { enum: schema.options }
    case 'lazy':
      return forms(schema, path, describe)
    case 'string':
    case 'number':
    case 'boolean':
      return { type: schema.type }
    default:
      throw new TypeError(`${path} is of the type "${schema.type}", which scripts/schema/structure.ts does not know.`)
  }
}

function fields(entries: Readonly<Record<string, Seen>>, path: string, describe: Describe): Json {
  const all = Object.entries(entries)
  const required = all.filter(([, schema]) => schema.type !== 'optional').map(([name]) => name)
  const properties = all.map(([name, schema]) => [name, described(schema, path ? `${path}.${name}` : name, describe)])
  return {
    type: 'object',
    properties: Object.fromEntries(properties),
    ...(required.length > 0 ? { required } : {}),
    additionalProperties: false,
  }
}

function forms({ forms, getter }: Seen, path: string, describe: Describe): Json {
  if (!forms) return structure((getter as (input: unknown) => Seen)(undefined), path, describe)
  const [only, ...more] = forms.map((form) => structure(form, path, describe))
  if (more.length === 0) return only as Json
  return { anyOf: [only as Json, ...more].map((form) => ({ ...describe(path, labelOf(form)), ...form })) }
}

/** What tells one form from the others: the word in its `type`, or the field that it must have. */
function labelOf({ type, const: only, required = [], properties = {} }: Json): string {
  const fields = properties as Readonly<Record<string, Json>>
  return String(fields.type?.const ?? (required as string[])[0] ?? Object.keys(fields)[0] ?? only ?? type)
}

function described(schema: Seen, path: string, describe: Describe): Json {
  const { default: otherwise, ...words } = describe(path, undefined)
  const told = structure(schema, path, describe)
  // What holds where a form is not told is the word of one form alone.
  const isDefault = otherwise !== undefined && (!('const' in told) || told.const === otherwise)
  return { ...words, ...(isDefault && { default: otherwise }), ...told }
}

function saidOf(action: Seen, path: string): Json {
  const what = whatOf(action)
  const said = action.says ?? SAID[what] ?? PARTLY[what]?.says
  if (!said && !(what in ELSEWHERE)) throw new TypeError(`${path}: nobody says what "${what}" is in JSON Schema.`)
  const told = plain(said ?? {}) as Json
  return 'pattern' in told ? { ...told, patternErrorMessage: `Expected ${what}.` } : told
}

/** `Expected …`, without that word. A message that depends on the value begins the same for all. */
export function whatOf({ message }: Pick<Seen, 'message'>): string {
  const text = typeof message === 'function' ? message({ input: { type: 'RegularExpression', value: '(' } }) : message
  return String(text)
    .replace(/^Expected /, '')
    .replace(/(of the RE2 kind).*/, '$1')
}

/** What both say; where they say it with the same word, one stands beside the other. */
function both(one: Json, other: Json): Json {
  const clashes = Object.keys(other).some((key) => key in one && key !== 'type')
  if (!clashes) return { ...one, ...other }
  return { ...one, allOf: [...((one.allOf as Json[] | undefined) ?? []), other] }
}

/** Expressions as the texts that JSON has for them. */
function plain(value: unknown): unknown {
  if (value instanceof RegExp) return plainPattern(value)
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, plain(part)]))
}
