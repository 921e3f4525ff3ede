/** Values that a part of the JSON Schema lets through, from what it tells editors: so that no test lists the fields. */

/** As much of a part as is looked at. */
export interface Part {
  readonly $ref?: string
  readonly anyOf?: readonly Part[]
  readonly properties?: Readonly<Record<string, Part>>
  readonly items?: Part
  readonly required?: readonly string[]
  readonly default?: unknown
  readonly examples?: readonly unknown[]
  readonly const?: unknown
  readonly enum?: readonly unknown[]
}

type Definitions = Readonly<Record<string, Part>>

/** One value for each form that may stand there, with every field that it may have. None where nothing tells of any. */
export function samplesOf(part: Part, definitions: Definitions): unknown[] {
  const { $ref, anyOf, properties, examples, ...told } = part
  if ($ref !== undefined) return samplesOf(definitionOf($ref, definitions), definitions)
  if (anyOf) return anyOf.flatMap((form) => samplesOf(form, definitions))
  if (properties) return whole(properties, definitions)
  if ('const' in told) return [told.const]
  if ('default' in told) return [told.default]
  return [...(examples ?? told.enum ?? [])].slice(0, 1)
}

function whole(properties: Readonly<Record<string, Part>>, definitions: Definitions): unknown[] {
  const fields = Object.entries(properties).map(([name, part]) => ({ name, samples: samplesOf(part, definitions) }))
  const most = Math.max(1, ...fields.map(({ samples }) => samples.length))
  return Array.from({ length: most }, (_, index) =>
    Object.fromEntries(
      fields
        .filter(({ samples }) => samples.length > 0)
        .map(({ name, samples }) => [name, samples[index % samples.length]]),
    ),
  )
}

/** What holds where nothing is written, as editors are told it: of an object, of each of its fields. */
export function defaultIn(part: Part, definitions: Definitions): unknown {
  const { $ref, anyOf = [], properties, required = [] } = part
  if ('default' in part) return part.default
  if ($ref !== undefined) return defaultIn(definitionOf($ref, definitions), definitions)
  if (!properties) return anyOf.map((form) => defaultIn(form, definitions)).find((told) => told !== undefined)
  const fields = Object.entries(properties).map(([name, inner]) => [name, defaultIn(inner, definitions)])
  const told = fields.filter(([, value]) => value !== undefined)
  // What must be written is not there by default, nor is what stands beside it.
  const isUnasked = required.every((name) => told.some(([other]) => other === name))
  return told.length === 0 || !isUnasked ? undefined : Object.fromEntries(told)
}

function definitionOf($ref: string, definitions: Definitions): Part {
  return definitions[$ref.slice('#/definitions/'.length)] as Part
}
