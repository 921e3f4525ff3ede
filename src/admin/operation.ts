/** An operation of the API as its description tells of it: what it is for, what it takes, and all that it answers. */
import { describeRoute, resolver } from 'hono-openapi'
import * as v from 'valibot'
import type { RefusedStatus } from './answer/problem.ts'

type Spec = Parameters<typeof describeRoute>[0]

interface Answer {
  readonly description: string
  /** Left out: it has no body. */
  readonly schema?: v.GenericSchema
  /** Default `application/json`. */
  readonly mediaType?: string
  /** With the revision of the record in `etag`. */
  readonly hasEtag?: boolean
}

interface Operation {
  readonly id: string
  readonly summary: string
  readonly description?: string
  readonly answers: Readonly<Record<number, Answer>>
  /** Beside 400, 401, 403 and 503, which any may have. */
  readonly refusals: readonly RefusedStatus[]
  readonly requestBody?: Spec['requestBody']
  /** Headers that it reads. */
  readonly headers?: readonly Header[]
}

interface Header {
  readonly name: string
  readonly description: string
}

export const IF_MATCH: Header = {
  name: 'if-match',
  description: 'The etag of the record that was seen, as in `"7"`; `*` for any. One of the two is needed to write.',
}
export const IF_NONE_MATCH: Header = { name: 'if-none-match', description: '`*`: there was no record.' }

const REFUSALS: Readonly<Record<RefusedStatus, string>> = {
  400: 'The request cannot be read.',
  401: 'No token was sent, or one that is not known.',
  403: 'The token may not do this.',
  404: 'There is no such thing.',
  405: 'Not by this method.',
  409: 'What is there does not allow it.',
  412: 'Somebody else wrote first, or KV was edited by hand.',
  413: 'The body is too long.',
  415: 'The body is of a type that is not read here.',
  422: 'The body was read, and cannot be done.',
  428: 'A condition is needed.',
  503: 'The registry, or KV, does not answer now.',
}

const issue = v.looseObject({
  name: v.optional(v.string()),
  path: v.pipe(v.array(v.union([v.string(), v.number()])), v.description('Keys and indexes to the field.')),
  message: v.string(),
})

export const problem = v.pipe(
  v.looseObject({
    type: v.string(),
    title: v.string(),
    status: v.pipe(v.number(), v.integer()),
    detail: v.string(),
    code: v.optional(v.string()),
    issues: v.optional(v.array(issue)),
    difference: v.optional(v.array(v.looseObject({ path: v.string() }))),
  }),
  v.metadata({ ref: 'Problem' }),
)

export function operation({ id, summary, description, answers, refusals, requestBody, headers = [] }: Operation) {
  const responses: NonNullable<Spec['responses']> = {}
  for (const [status, { description, schema, mediaType = 'application/json', hasEtag = false }] of Object.entries(
    answers,
  )) {
    responses[status] = {
      description,
      ...(hasEtag
        ? { headers: { etag: { description: 'The revision, in quotes.', schema: { type: 'string' } } } }
        : {}),
      ...(schema ? { content: { [mediaType]: { schema: resolver(schema) } } } : {}),
    }
  }
  for (const status of new Set<RefusedStatus>([400, 401, 403, ...refusals, 503])) {
    responses[status] = {
      description: REFUSALS[status],
      content: { 'application/problem+json': { schema: resolver(problem) } },
    }
  }
  return describeRoute({
    operationId: id,
    summary,
    ...(description === undefined ? {} : { description }),
    ...(requestBody === undefined ? {} : { requestBody }),
    ...(headers.length === 0
      ? {}
      : { parameters: headers.map((header) => ({ in: 'header', ...header, schema: { type: 'string' as const } })) }),
    responses,
  })
}

/** A page of a list. */
export function pageOf<Item extends v.GenericSchema>(item: Item) {
  return v.strictObject({
    items: v.array(item),
    cursor: v.optional(v.pipe(v.string(), v.description('Where the next page begins. Left out: this was the last.'))),
  })
}
