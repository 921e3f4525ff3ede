/** A client that others wrote drives the built API by its own description: openapi-fetch, over every operation. */
import fc from 'fast-check'
import createClient from 'openapi-fetch'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Description, description, type Operation } from '../support/api/description.ts'
import { right } from '../support/api/values.ts'
import { type MeshWorker, startMesh } from '../support/mesh-worker.ts'

const TOKEN = 'a-token-of-thirty-two-characters'

let mesh: MeshWorker
let api: Description
beforeAll(async () => {
  mesh = await startMesh({ control: { vars: { ADMIN_TOKEN: TOKEN } }, records: { users: 'https://users.example.com' } })
  api = description((await mesh.call('/-/api/openapi.json')).json as never)
})
afterAll(() => mesh?.dispose())

/** What openapi-fetch is given for an operation: by its schemas, but for the names and conditions that hit something. */
const TOLD: Readonly<
  Record<string, { path?: object; query?: object; header?: object; body?: unknown; status: number }>
> = {
  listRecords: { query: { prefix: 'u', limit: 10 }, status: 200 },
  getRecord: { path: { name: 'users' }, status: 200 },
  putRecord: { path: { name: 'users@pr-1' }, header: { 'if-none-match': '*' }, body: { alias: 'users' }, status: 201 },
  deleteRecord: { path: { name: 'users@pr-1' }, header: { 'if-match': '*' }, status: 200 },
  history: { path: { name: 'users' }, query: { limit: 2 }, status: 200 },
  rollback: { path: { name: 'users' }, body: { to: 1 }, status: 200 },
  revision: { path: { revision: 1 }, status: 200 },
  change: {
    body: { changes: [{ name: '*.shop', record: 'https://shop.example.com', ifNoneMatch: '*' }] },
    status: 200,
  },
  validate: { body: { records: { users: 'https://users.example.com' } }, status: 200 },
  endDrift: { path: { name: 'users' }, body: { choice: 'adopt' }, status: 409 },
  drift: { status: 200 },
  scanDrift: { status: 202 },
  export: { query: { limit: 2 }, status: 200 },
  restore: { body: { rows: [] }, status: 409 },
  restored: { body: { truth: 'kv' }, status: 409 },
  // The shortest that there is: it answers until it is over.
  tap: { query: { seconds: 1 }, status: 200 },
}

/** One JSON object a line. */
const LINES = 'application/x-ndjson'

function linesOf(text: string): unknown[] {
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown)
}

describe('openapi-fetch', () => {
  it('asks every operation, and is answered as the description says', async () => {
    const client = createClient<Record<string, never>>({
      baseUrl: `${mesh.url}/-/api`,
      headers: { authorization: `Bearer ${TOKEN}` },
    })
    const wrong: string[] = []
    for (const operation of inOrder(api.operations)) {
      const { id, method, path, responses } = operation
      const { body, status, ...params } = TOLD[id] ?? drawn(operation)
      const isLines = Object.values(responses).some(({ content }) => content?.[LINES])
      const parseAs = isLines ? 'text' : 'json'
      const init = { params, parseAs, ...(body === undefined ? {} : { body }) }
      const { data, error, response } = await client.request(
        method.toLowerCase() as 'get',
        path as never,
        init as never,
      )
      const type = response.headers.get('content-type')?.split(';')[0] ?? ''
      const told = responses[response.status]?.content?.[type]
      const answers = type === LINES ? linesOf(String(data)) : [data ?? error]
      const issues = told
        ? answers.flatMap((answer) => api.issuesOf(told.schema, answer))
        : [`answered ${response.status} ${type}`]
      if (status !== undefined && response.status !== status)
        issues.push(`answered ${response.status}: ${JSON.stringify(error)}`)
      if (response.status >= 500) issues.push('failed')
      wrong.push(...issues.map((issue) => `${id}: ${issue}`))
    }
    expect(wrong).toEqual([])
    const ids = api.operations.map(({ id }) => id)
    expect(ids).toEqual(expect.arrayContaining(Object.keys(TOLD)))
  })

  it('reads a refusal as the error that is described', async () => {
    const client = createClient<Record<string, never>>({ baseUrl: `${mesh.url}/-/api` })
    const { error, response } = await client.request('get', '/v1/services' as never, {} as never)
    expect([response.status, (error as { title: string } | undefined)?.title]).toEqual([401, 'Unauthorized'])
  })
})

/** Those that end something come last. */
function inOrder(operations: readonly Operation[]): Operation[] {
  const late = ['deleteRecord', 'rollback', 'restore', 'restored']
  return operations.toSorted(({ id: one }, { id: other }) => late.indexOf(one) - late.indexOf(other))
}

/** By its schemas, for operations that need nothing in particular. */
function drawn({ parameters, body }: Operation) {
  const sample = (schema: object) => fc.sample(right(api, schema as never), { numRuns: 1, seed: 7 })[0]
  const within = (where: string) =>
    Object.fromEntries(
      parameters
        .filter((one) => one.in === where && one.required)
        .map(({ name, schema }) => [name, name === 'name' ? 'users' : sample(schema)]),
    )
  const content = body['application/json'] ?? Object.values(body)[0]
  return { path: within('path'), query: within('query'), body: content && sample(content.schema), status: undefined }
}
