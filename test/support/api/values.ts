/** Values to send to an API, made by the schemas of its description: right ones, and ones that are wrong in one place. */
import fc from 'fast-check'
import type { Description, Schema } from './description.ts'

type Value = fc.Arbitrary<unknown>

/** Values that a schema takes. */
export function right(of: Description, written: Schema): Value {
  const schema = of.resolved(written)
  const one = (key: string) => schema[key] as number | undefined
  if ('const' in schema) return fc.constant(schema.const)
  if (Array.isArray(schema.enum)) return fc.constantFrom(...(schema.enum as unknown[]))
  const forms = (schema.anyOf ?? schema.oneOf) as Schema[] | undefined
  if (forms) return fc.oneof(...forms.map((form) => right(of, form)))
  switch (schema.type) {
    case 'string': {
      const text =
        typeof schema.pattern === 'string'
          ? fc.stringMatching(new RegExp(schema.pattern, 'u'))
          : fc.oneof(fc.constantFrom('users', 'https://users.example.com', '*.shop', 'users@pr-1'), fc.string())
      return text.filter(({ length }) => length >= (one('minLength') ?? 0) && length <= (one('maxLength') ?? 1_000))
    }
    case 'integer':
      return fc.integer({ min: one('minimum') ?? 0, max: Math.min(one('maximum') ?? 20, 20) })
    case 'number':
      return fc.double({ noNaN: true })
    case 'boolean':
      return fc.boolean()
    case 'null':
      return fc.constant(null)
    case 'array':
      return fc.array(right(of, (schema.items ?? {}) as Schema), { minLength: one('minItems') ?? 0, maxLength: 3 })
    case 'object':
      return object(of, schema)
    default:
      return fc.jsonValue()
  }
}

function object(of: Description, { properties, required, additionalProperties }: Schema): Value {
  const fields = Object.entries((properties ?? {}) as Record<string, Schema>)
  const entries = Object.fromEntries(fields.map(([name, schema]) => [name, right(of, schema)]))
  const known = fc.record(entries, { requiredKeys: (required ?? []) as string[] })
  if (typeof additionalProperties !== 'object' || additionalProperties === null) return known
  const more = fc.dictionary(fc.constantFrom('users', '*.shop', 'a b'), right(of, additionalProperties as Schema))
  return fc.tuple(known, more).map(([one, other]) => ({ ...one, ...other }))
}

/** The same value, wrong in one place: another type, a field more, a field less, something far too long. */
export function wrong(value: unknown): Value {
  const other = fc.oneof(
    fc.jsonValue(),
    fc.constantFrom(null, [], {}, '', -1, 1.5, 1e300, '\u0000', 'x'.repeat(70_000), [[[[[[[]]]]]]]),
    fc.string({ unit: 'binary' }),
  )
  if (Array.isArray(value)) {
    if (value.length === 0) return other
    return fc.oneof(
      other,
      fc.nat(value.length - 1).chain((at) => wrong(value[at]).map((it) => value.with(at, it))),
    )
  }
  if (typeof value !== 'object' || value === null) return other
  const entries = Object.entries(value)
  const more = fc
    .tuple(fc.oneof(fc.constantFrom('__proto__', 'constructor', 'token', 'message'), fc.string()), other)
    .map(([name, field]) => JSON.parse(`{${[...entries, [name, field]].map(pair).join()}}`) as unknown)
  if (entries.length === 0) return fc.oneof(other, more)
  const at = fc.nat(entries.length - 1)
  return fc.oneof(
    other,
    more,
    at.map((at) => Object.fromEntries(entries.toSpliced(at, 1))),
    at.chain((at) => {
      const [name = '', field] = entries[at] ?? []
      return wrong(field).map((it) => ({ ...value, [name]: it }))
    }),
  )
}

function pair([name, field]: readonly unknown[]): string {
  return `${JSON.stringify(name)}:${JSON.stringify(field) ?? 'null'}`
}
