/** Every operation of the API, asked in ways that its own description does not allow: it refuses, and never fails. */
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { sha256Hex } from '../../src/core/text/digest.ts'
import { type Description, description, type Operation, type Parameter } from '../support/api/description.ts'
import { right, wrong } from '../support/api/values.ts'
import { type GivenAdmin, givenAdmin, TOKEN } from '../support/given-admin.ts'

const READER = 'a-reading-token-of-32-characters'
const TEAM = 'the-shop-teams-token-32-letters!'
const TOKENS = [TOKEN, READER, TEAM]

interface Sent {
  readonly path: string
  readonly token: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array<ArrayBuffer> | undefined
}

const anyText = fc.oneof(
  fc.string({ unit: 'binary' }).map((text) => text.toWellFormed()),
  fc.constantFrom(
    '',
    '.',
    '..',
    '%',
    '%00',
    '%E0%A4%A',
    '../..',
    'a/b',
    'x'.repeat(3_000),
    'ẞ',
    '*',
    '*.',
    '@',
    'a@b@c',
    '__proto__',
  ),
)
/** What a header may hold. */
const headerText = fc.oneof(
  fc.constantFrom('*', '"1"', 'W/"1"', '"x"', '""', '"1", "2"', '"99999999999999999999"', '-1', ''),
  fc.stringMatching(/^[\x21-\x7e]{0,40}$/),
)
const bodyType = fc.constantFrom(
  'application/json',
  'text/plain',
  'application/yaml',
  'multipart/form-data',
  'application/json; charset=x',
  '',
)

function sent(api: Description, { path, parameters, body }: Operation): fc.Arbitrary<Sent> {
  const sentFor = ({ schema }: Parameter) => fc.oneof(right(api, schema).map(String), anyText)
  const inPath = parameters.filter((one) => one.in === 'path')
  const names = fc
    .tuple(...inPath.map(sentFor))
    .map((values) =>
      inPath.reduce((path, { name }, at) => path.replace(`{${name}}`, encodeURIComponent(values[at] || 'users')), path),
    )
  const inQuery = parameters.filter((one) => one.in === 'query')
  const known = fc.tuple(...inQuery.map((one) => fc.option(sentFor(one)).map((value) => [one.name, value] as const)))
  const unknown = fc.array(fc.tuple(anyText, anyText), { maxLength: 1 })
  const query = fc.tuple(known, fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, unknown)).map((all) => {
    const said = all.flat().filter(([, value]) => value !== null) as [string, string][]
    return said.length > 0 ? `?${new URLSearchParams(said)}` : ''
  })
  const conditions = fc.record({ 'if-match': headerText, 'if-none-match': headerText }, { requiredKeys: [] })
  return fc
    .record({ names, query, conditions, body: bodyOf(api, body), token: fc.constantFrom(TOKEN, ...TOKENS) })
    .map(({ names, query, conditions, body: { type, content }, token }) => ({
      path: names + query,
      token,
      headers: { ...conditions, ...(type === '' ? {} : { 'content-type': type }) },
      body: content,
    }))
}

function bodyOf(api: Description, bodies: Operation['body']): fc.Arbitrary<{ type: string; content: Sent['body'] }> {
  const none = { type: '', content: undefined }
  if (Object.keys(bodies).length === 0) return fc.constant(none)
  const forms = Object.entries(bodies).map(([type, { schema }]) => {
    const value = right(api, schema)
    const text = (value: unknown) => (type === 'application/json' ? JSON.stringify(value) : String(value))
    return fc.oneof(
      value.map((value) => ({ type, content: text(value) })),
      value.chain(wrong).map((value) => ({ type, content: text(value) })),
      value.chain((value) => fc.nat(300).map((cut) => ({ type, content: text(value).slice(0, cut) }))),
      fc.tuple(bodyType, value).map(([type, value]) => ({ type, content: text(value) })),
      fc.uint8Array({ maxLength: 60 }).map((bytes) => ({ type, content: new Uint8Array(bytes) })),
    )
  })
  return fc.oneof({ weight: 1, arbitrary: fc.constant(none) }, ...forms.map((arbitrary) => ({ weight: 4, arbitrary })))
}

/** What goes on until nobody reads it is read as far as its first line. */
async function answerText(answer: Response): Promise<string> {
  if (answer.headers.get('content-type') !== 'application/x-ndjson' || !answer.body) return answer.text()
  const reader = answer.body.getReader()
  const { value } = await reader.read()
  await reader.cancel()
  return new TextDecoder().decode(value)
}

let given: GivenAdmin
let api: Description
beforeAll(async () => {
  const tokens = [
    { name: 'reader', role: 'read', sha256: await sha256Hex(READER) },
    { name: 'shop', role: 'write', prefixes: ['shop-'], sha256: await sha256Hex(TEAM) },
  ]
  given = await givenAdmin({ ADMIN_TOKEN: TOKEN, ADMIN_TOKENS: JSON.stringify(tokens) })
  // With a history of its own it takes in no other one, and goes on answering.
  for (const name of ['users', 'users@pr-1', '*.shop', 'shop-a']) await given.put(name, 'https://users.example.com')
  api = description((await (await given.ask('/openapi.json')).json()) as never)
})

/** Operations that the description has, read once to name the tests. */
const OPERATIONS = await givenAdmin().then(async ({ ask }) =>
  description((await (await ask('/openapi.json')).json()) as never).operations.map((one) => [one.id, one] as const),
)

describe('the fuzzed API', () => {
  it.each(OPERATIONS)('refuses what it does not take, and never fails: %s', async (_, operation) => {
    const statuses = new Map<number, number>()
    await fc.assert(
      fc.asyncProperty(sent(api, operation), async ({ path, token, headers, body }) => {
        const answer = await given.ask(path, {
          method: operation.method,
          headers: { ...headers, authorization: `Bearer ${token}` },
          ...(body === undefined ? {} : { body }),
        })
        const text = await answerText(answer)
        const { status } = answer
        statuses.set(status, (statuses.get(status) ?? 0) + 1)
        expect(status, text).toBeLessThan(500)
        for (const one of TOKENS) expect(text).not.toContain(one)
        const type = answer.headers.get('content-type')
        // A path that is another one by now (`..`) is answered as that.
        if (status >= 400) expect(type).toBe('application/problem+json')
        if (status !== 404 && status !== 405) expect(Object.keys(operation.responses)).toContain(String(status))
        const told = operation.responses[status]?.content?.[type?.split(';')[0] ?? '']
        if (told) expect(api.issuesOf(told.schema, JSON.parse(text))).toEqual([])
      }),
      { numRuns: 60 },
    )
    // It was not one refusal for all: what is right was among it.
    expect(statuses.size, JSON.stringify([...statuses])).toBeGreaterThan(1)
  })

  it('has kept no token in history, in KV or in the log', async () => {
    await given.run(10_000)
    const rows = given.store.sql.exec('SELECT * FROM revisions').toArray()
    const all = JSON.stringify([rows, given.lines, given.kv.names.map((name) => given.kv.truth(name))])
    for (const token of TOKENS) expect(all).not.toContain(token)
    expect(given.lines.filter(({ event }) => event === 'admin_failed')).toEqual([])
    // A request that came out right may have deleted it; that it was there is not forgotten.
    expect((await given.client.history('users@pr-1')).items).not.toEqual([])
  })
})

describe('a body', () => {
  const put = { method: 'PUT', headers: { 'content-type': 'application/json', 'if-none-match': '*' } }

  it('that says it is too long is refused without being read', async () => {
    let isRead = false
    const body = new ReadableStream(
      {
        pull(controller) {
          isRead = true
          controller.enqueue(new Uint8Array(1_024))
        },
      },
      { highWaterMark: 0 },
    )
    const headers = { ...put.headers, 'content-length': String(5 * 1024 * 1024) }
    const answer = await given.ask('/v1/services/long', { ...put, headers, body, duplex: 'half' } as RequestInit)
    expect([answer.status, isRead]).toEqual([413, false])
  })

  it('that goes on and on is left after 4 MiB', async () => {
    let sent = 0
    const body = new ReadableStream(
      {
        pull(controller) {
          sent += 65_536
          controller.enqueue(new Uint8Array(65_536).fill(32))
        },
      },
      { highWaterMark: 0 },
    )
    const answer = await given.ask('/v1/services/long', { ...put, body, duplex: 'half' } as RequestInit)
    expect(answer.status).toBe(413)
    expect(sent).toBeLessThanOrEqual(4 * 1024 * 1024 + 65_536)
  })

  it('has 4 MiB at most, and a record in it as much as the mesh reads', async () => {
    const record = (bytes: number) => JSON.stringify({ endpoints: [`https://u.example.com/${'a'.repeat(bytes - 40)}`] })
    const answered = async (body: string) => (await given.ask('/v1/services/long', { ...put, body })).status
    expect(await answered(record(2_000_000))).toBe(422)
    expect(await answered(record(4 * 1024 * 1024 + 100))).toBe(413)
  })

  it('that is nested without an end is refused', async () => {
    for (const body of [
      '['.repeat(1_000_000),
      '{"a":'.repeat(300_000),
      `${'[{"a":'.repeat(100_000)}1${'}]'.repeat(100_000)}`,
    ]) {
      const answer = await given.ask('/v1/services/deep', { ...put, body })
      expect([400, 422]).toContain(answer.status)
    }
    const deep = `{"records":{"a":{"endpoints":${'['.repeat(100_000)}${']'.repeat(100_000)}}}}`
    const init = { method: 'POST', headers: { 'content-type': 'application/json' } }
    expect((await given.ask('/v1/validate', { ...init, body: deep })).status).toBeLessThan(500)
    const change = `{"changes":[{"name":"a","ifNoneMatch":"*","record":{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}}]}`
    expect((await given.ask('/v1/changes', { ...init, body: change })).status).toBe(422)
    const text = `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`
    const plain = { 'content-type': 'text/plain', 'if-none-match': '*' }
    expect((await given.ask('/v1/services/deep', { method: 'PUT', headers: plain, body: text })).status).toBe(422)
  })

  it('that a person wrote into KV, nested without an end, is told as the text that it is', async () => {
    const { client, kv, engine, run } = await givenAdmin()
    const text = `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`
    kv.hand('deep', text)
    await expect(client.put('deep', 'https://deep.example.com', { ifNoneMatch: '*' })).rejects.toMatchObject({
      status: 412,
      problem: { code: 'drifted', found: text },
    })
    engine.scan()
    await run()
    expect(await client.get('deep')).toMatchObject({ record: text, state: 'refused' })
  })

  it('says what it is', async () => {
    for (const type of ['', 'text/html', 'application/x-www-form-urlencoded']) {
      const headers = { ...put.headers, 'content-type': type }
      const answer = await given.ask('/v1/services/users', { ...put, headers, body: '{}' })
      expect([answer.status, answer.headers.get('accept')]).toEqual([415, 'application/json, text/plain'])
    }
    const headers = { ...put.headers, 'content-encoding': 'gzip' }
    expect((await given.ask('/v1/services/users', { ...put, headers, body: '{}' })).status).toBe(415)
  })
})

describe('a path', () => {
  it('that is there is not asked by any method', async () => {
    for (const [path, allow] of [
      ['/v1/services', 'GET, HEAD'],
      ['/v1/services/users', 'GET, HEAD, PUT, DELETE'],
      ['/v1/changes', 'GET, HEAD, POST'],
    ] as const) {
      const answer = await given.ask(path, { method: 'PATCH' })
      expect([answer.status, answer.headers.get('allow')]).toEqual([405, allow])
    }
  })
})
