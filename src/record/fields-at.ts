/** The fields that an object may have, by its place in a value. */
import type * as v from 'valibot'

/** As much of a schema as is looked at. */
interface Part {
  readonly getter?: (value: unknown) => Part
  /** What else it may be, where a look at the value tells. */
  readonly forms?: readonly Part[]
  readonly pipe?: readonly Part[]
  readonly wrapped?: Part
  readonly item?: Part
  readonly entries?: Readonly<Record<string, Part>>
}

export interface Fields {
  /** Of what stands there, as it is told apart by what it has. */
  readonly own: readonly string[]
  /** Of all that may stand there. */
  readonly all: readonly string[]
}

/** @param path keys and indexes from `value` to the object. None where nobody knows what stands there. */
export function fieldsAt(schema: v.GenericSchema, value: unknown, path: readonly (string | number)[]): Fields {
  let part: Part | undefined = schema as Part
  let inner = value
  for (const key of path) {
    const known: Part | undefined = part && objectOf(part, inner)
    part = typeof key === 'number' ? known?.item : known?.entries?.[key]
    inner = (inner as Record<string, unknown> | undefined)?.[key]
  }
  const own = Object.keys((part && objectOf(part, inner)?.entries) ?? {})
  const others = (part && formsOf(part, inner)) ?? []
  return { own, all: [...own, ...others.flatMap((form) => Object.keys(objectOf(form, {})?.entries ?? {}))] }
}

/** The list or object that a schema means for a value. */
function objectOf(part: Part, value: unknown): Part | undefined {
  if (part.entries || part.item) return part
  const next = within(part, value)
  return next && objectOf(next, value)
}

function formsOf(part: Part, value: unknown): readonly Part[] | undefined {
  if (part.forms || part.entries) return part.forms
  const next = within(part, value)
  return next && formsOf(next, value)
}

/** Of a pipe, the first is what stands there. */
function within(part: Part, value: unknown): Part | undefined {
  return part.pipe?.[0] ?? part.wrapped ?? part.getter?.(value)
}
