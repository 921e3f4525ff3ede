/** The JSON Schema of subscriptions, as they stand under `events/…` in a file of records. Filters stand in each other: it is written by hand. */
import type { Json } from './structure.ts'

const DIALECTS = ['exact', 'prefix', 'suffix'] as const

const attributes: Json = {
  description: 'Attributes of the event, and the texts that they are compared with: all of them must hold.',
  type: 'object',
  propertyNames: { pattern: '^(?!data$)[a-z0-9]+$' },
  additionalProperties: { type: 'string', minLength: 1, maxLength: 1000 },
  minProperties: 1,
}

const list = (least: number): Json => ({
  type: 'array',
  items: { $ref: '#/definitions/eventFilter' },
  minItems: least,
  maxItems: 100,
})

const one = (name: string, inner: Json): Json => ({
  type: 'object',
  properties: { [name]: inner },
  required: [name],
  additionalProperties: false,
})

/** What filters are made of, beside the definitions of a record. */
export const FILTERS: Json = {
  eventFilter: {
    description: 'A filter dialect of CloudEvents Subscriptions.',
    anyOf: [
      ...DIALECTS.map((dialect) => one(dialect, attributes)),
      one('all', { description: 'All of them must hold.', ...list(1) }),
      one('any', { description: 'One of them must hold.', ...list(1) }),
      one('not', { $ref: '#/definitions/eventFilter' }),
    ],
  },
}

/** @param delivery how often and until when, as a queue has it. */
export function subscriptionsJsonSchema(delivery: Json): Json {
  return {
    description: 'Who gets the events of a type, in the words of CloudEvents Subscriptions.',
    type: 'object',
    properties: {
      $schema: { description: 'For editors.', type: 'string' },
      subscriptions: {
        description: 'Up to 1000, each id once.',
        type: 'array',
        maxItems: 1000,
        items: {
          description: 'A subscriber.',
          type: 'object',
          properties: {
            id: {
              description: 'Its name in dead letters and replays.',
              type: 'string',
              pattern: '^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$',
            },
            sink: {
              description: 'Where it gets them: http:// and the name of a service, with a path.',
              type: 'string',
              pattern: '^https?://[a-z0-9.-]{1,253}(?:[/?][^\\s#]*)?$',
            },
            filters: { description: 'All of them must hold. Left out, it wants every event of the type.', ...list(0) },
            protocol: { const: 'HTTP' },
            protocolsettings: {
              description: 'How an event is sent.',
              type: 'object',
              properties: {
                contentmode: { enum: ['binary', 'structured', 'batch'], default: 'binary' },
                method: { enum: ['POST', 'PUT', 'PATCH'], default: 'POST' },
                headers: {
                  description: 'Up to 16 further headers.',
                  type: 'object',
                  additionalProperties: { type: 'string', maxLength: 1000 },
                  maxProperties: 16,
                },
              },
              additionalProperties: false,
            },
            delivery,
          },
          required: ['id', 'sink'],
          additionalProperties: false,
        },
      },
    },
    required: ['subscriptions'],
    additionalProperties: false,
  }
}
