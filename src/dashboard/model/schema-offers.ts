/** What a JSON Schema lets one write at a place: the fields of an object, the values of a field. */

export interface Schema {
  readonly $ref?: string
  readonly definitions?: Readonly<Record<string, Schema>>
  readonly type?: string | readonly string[]
  readonly description?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly additionalProperties?: Schema | boolean
  readonly items?: Schema | boolean
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly allOf?: readonly Schema[]
  readonly default?: unknown
}

export interface Offer {
  readonly label: string
  readonly description?: string
  /** How its value begins: `{`, `[`, `"`, or nothing. */
  readonly opens: '{' | '[' | '"' | ''
}

type Path = readonly (string | number)[]

/** The fields that an object at this place may have. */
export function fieldsAt(schema: Schema, path: Path): Offer[] {
  const offers = new Map<string, Offer>()
  for (const one of at(schema, path)) {
    for (const [label, field] of Object.entries(one.properties ?? {})) {
      if (offers.has(label) || label === '$schema') continue
      const meant = alternatives(schema, field)
      const description = field.description ?? meant.find((each) => each.description)?.description
      offers.set(label, { label, opens: opening(meant), ...(description ? { description } : {}) })
    }
  }
  return [...offers.values()]
}

/** The values that this place may have, as JSON. */
export function valuesAt(schema: Schema, path: Path): Offer[] {
  const values = at(schema, path).flatMap((one) => {
    const said = [...(one.enum ?? []), ...('const' in one ? [one.const] : [])]
    const isFlag = one.type === 'boolean' && said.length === 0
    return (isFlag ? [true, false] : said).map((value) => ({ value, description: one.description }))
  })
  const offers = new Map<string, Offer>()
  for (const { value, description } of values) {
    const label = JSON.stringify(value)
    if (!offers.has(label)) offers.set(label, { label, opens: '', ...(description ? { description } : {}) })
  }
  return [...offers.values()]
}

/** What is said of the value at this place. */
export function descriptionAt(schema: Schema, path: Path): string | undefined {
  const last = path.at(-1)
  if (typeof last !== 'string') return undefined
  return fieldsAt(schema, path.slice(0, -1)).find(({ label }) => label === last)?.description
}

function at(root: Schema, path: Path): Schema[] {
  let here = alternatives(root, root)
  for (const step of path) {
    here = here.flatMap((one) => {
      const next = typeof step === 'number' ? one.items : (one.properties?.[step] ?? one.additionalProperties)
      return typeof next === 'object' ? alternatives(root, next) : []
    })
  }
  return here
}

/** A schema, and all that it may be. */
function alternatives(root: Schema, schema: Schema, seen: readonly Schema[] = []): Schema[] {
  if (seen.includes(schema)) return []
  const referred = schema.$ref === undefined ? undefined : pointed(root, schema.$ref)
  const others = [
    ...(referred ? [referred] : []),
    ...(schema.anyOf ?? []),
    ...(schema.oneOf ?? []),
    ...(schema.allOf ?? []),
  ]
  return [schema, ...others.flatMap((one) => alternatives(root, one, [...seen, schema]))]
}

function pointed(root: Schema, ref: string): Schema | undefined {
  if (ref === '#') return root
  return root.definitions?.[ref.replace(/^#\/definitions\//, '')]
}

function opening(schemas: readonly Schema[]): Offer['opens'] {
  const types = schemas.flatMap(({ type }) => type ?? [])
  if (types.length === 0) {
    const first = schemas.flatMap((one) => one.enum ?? ('const' in one ? [one.const] : []))[0]
    return typeof first === 'string' ? '"' : ''
  }
  if (types.includes('object') && !types.includes('string')) return '{'
  if (types.includes('array')) return '['
  return types.includes('string') ? '"' : ''
}
