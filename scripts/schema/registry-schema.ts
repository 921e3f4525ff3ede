/** The JSON Schema of a file of records by their names, as `selvedge dev` and `selvedge validate` read it. */
import { recordJsonSchema } from './record-schema.ts'
import type { Json } from './structure.ts'

/** With or without the prefix of the KV key; a wildcard in front or a tag behind. */
const NAME =
  '^\\$schema$|^(?:services/)?(?:\\*\\.)?[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?:@[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)?$'

export function registryJsonSchema(): Json {
  const { $schema, definitions, ...record } = recordJsonSchema()
  const { endpoints } = record.properties as { endpoints: { items: { anyOf: [Json] } } }
  const [address] = endpoints.items.anyOf
  return {
    $schema,
    title: 'Registry file',
    description: 'Services by their names: what stands under each in the registry.',
    type: 'object',
    properties: { $schema: { description: 'For editors. No service is called so.', type: 'string' } },
    propertyNames: { pattern: NAME, patternErrorMessage: 'Expected a service name: a DNS name in lower case.' },
    additionalProperties: {
      description: 'An address, or a record.',
      anyOf: [{ ...address, description: 'An address: short for { "endpoints": [ … ] }.' }, record],
    },
    definitions,
  }
}
