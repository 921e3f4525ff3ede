/** The JSON Schema of a file of records by their names, as `selvedge dev` and `selvedge validate` read it. */
import { recordJsonSchema } from './record-schema.ts'
import type { Json } from './structure.ts'
import { FILTERS, subscriptionsJsonSchema } from './subscriptions-schema.ts'

/** With or without the prefix of the KV key; a wildcard in front or a tag behind. Or subscriptions, by their key. */
const NAME =
  '^\\$schema$|^events/(?:\\*|[A-Za-z0-9_~:-]+(?:\\.[A-Za-z0-9_~:-]+)*(?:\\.\\*)?)$|^(?:services/)?(?:\\*\\.)?[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?:@[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)?$'

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
    patternProperties: { '^events/': subscriptionsJsonSchema(deliveryIn(definitions, endpoints.items)) },
    additionalProperties: {
      description: 'An address, or a record.',
      anyOf: [{ ...address, description: 'An address: short for { "endpoints": [ … ] }.' }, record],
    },
    definitions: { ...(definitions as Json), ...FILTERS },
  }
}

/** That of a queue, wherever it stands: in the record, or among what is written once. */
function deliveryIn(definitions: unknown, items: unknown): Json {
  const found = [items, definitions].flatMap((part) => deliveriesOf(part))[0]
  if (!found) throw new TypeError('No endpoint has a delivery.')
  return found
}

function deliveriesOf(part: unknown): Json[] {
  if (typeof part !== 'object' || part === null) return []
  const { properties } = part as { readonly properties?: Readonly<Record<string, Json>> }
  const own = properties?.delivery
  return [...(own ? [own] : []), ...Object.values(part).flatMap(deliveriesOf)]
}
