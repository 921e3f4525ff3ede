/** Conversion: manifests of the Gateway API to records, without writing any. */
import { Hono } from 'hono'
import * as v from 'valibot'
import { convert as converted } from '../../manifest/convert.ts'
import { idOf, isManifest } from '../../manifest/read.ts'
import { type Document, readDocuments } from '../../manifest/yaml/documents.ts'
import { Fault } from '../../manifest/yaml/fault.ts'
import { NegativeAnswer } from '../../manifest/yaml/negative-answer.ts'
import { refusal } from '../answer/problem.ts'
import { written as writtenRecord } from '../answer/views.ts'
import { assertType, readText } from '../ask/body.ts'
import { query } from '../ask/query.ts'
import { allow } from '../auth/allow.ts'
import type { AdminEnv } from '../env.ts'
import { operation } from '../operation.ts'

const TYPES = ['application/yaml', 'application/json', 'text/yaml', 'text/plain'] as const

/** What the body is called where it has a place: `manifest:7`. */
const FILE = 'manifest'
const PREFIX = 'services/'

const host = v.pipe(v.string(), v.nonEmpty(), v.maxLength(253))

const place = v.array(v.union([v.string(), v.number()]))

const answer = v.strictObject({
  records: v.pipe(v.record(v.string(), writtenRecord), v.description('Records by their names.')),
  findings: v.pipe(
    v.array(
      v.strictObject({
        severity: v.picklist(['error', 'note']),
        object: v.pipe(v.string(), v.description('Kind, namespace and name.')),
        line: v.pipe(v.number(), v.integer()),
        path: place,
        message: v.string(),
      }),
    ),
    v.description('What the records do not say, or say otherwise. An object with an error is not converted.'),
  ),
  leftOut: v.pipe(
    v.array(v.strictObject({ object: v.string(), names: v.array(v.string()) })),
    v.description('Objects that are not converted; where names are told, not for these.'),
  ),
})

export function convert() {
  return new Hono<AdminEnv>().post(
    '/convert',
    operation({
      id: 'convert',
      summary: 'Turns HTTPRoute, GRPCRoute and XBackendTrafficPolicy manifests into records; none is written',
      answers: { 200: { description: 'The records, and all that could not be said in them.', schema: answer } },
      refusals: [413, 415, 422],
      requestBody: {
        required: true,
        content: Object.fromEntries(
          TYPES.map((type) => [type, { schema: type === 'application/json' ? {} : { type: 'string' } }]),
        ),
      },
    }),
    query({
      hostname: v.optional(
        v.pipe(host, v.description('The name of routes that have none, and no Service for parent.')),
      ),
      domain: v.optional(v.pipe(host, v.description("The mesh's own domain, its MESH_DOMAIN. Default `mesh`."))),
    }),
    async (c) => {
      allow(c, 'read', [])
      assertType(c, TYPES)
      const { hostname, domain = 'mesh' } = c.req.valid('query')
      const documents = read(await readText(c))
      const { records, findings, lacking, leftOut } = converted(documents, { hostname, domain })
      return c.json(
        {
          records: Object.fromEntries([...records].map(([key, record]) => [key.slice(PREFIX.length), record])),
          findings: [...findings, ...lacking].map(({ source, path, reason, severity }) => ({
            severity,
            object: isManifest(source.value) ? idOf(source.value) : '',
            line: lineOf(source, path),
            path: [...path],
            message: reason,
          })),
          leftOut: leftOut.map(({ object, names }) => ({ object, names: [...names] })),
        },
        200,
        { 'cache-control': 'no-store' },
      )
    },
  )
}

function read(text: string): Document[] {
  try {
    return readDocuments(text, FILE)
  } catch (error) {
    if (!(error instanceof Fault || error instanceof NegativeAnswer)) throw error
    throw refusal(422, 'The manifests cannot be read.', {
      fields: { code: 'invalid', issues: [{ path: [], message: error.message }] },
    })
  }
}

function lineOf(source: Document, path: readonly (string | number)[]): number {
  return Number(source.at(path).slice(FILE.length + 1))
}
