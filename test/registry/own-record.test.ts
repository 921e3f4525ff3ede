/** The record of the function itself, read from the admin API of the mesh: what it says of who may call, and nothing else. */
import { describe, expect, it } from 'vitest'
import type { LogEntry } from '../../src/core/log.ts'
import { createMesh } from '../../src/mesh/mesh.ts'
import { ownRecord } from '../../src/registry/own-record.ts'
import { viaMesh } from '../../src/registry/via-mesh.ts'
import { access } from '../../src/trust.ts'
import { quickClock } from '../support/upstream.ts'

const MESH = 'https://mesh.example.com'
const ONLY_CHECKOUT = { default: 'deny', rules: [{ name: 'readers', effect: 'allow', callers: ['checkout'] }] }
const ctx = { waitUntil() {}, passThroughOnException() {}, props: {} } as unknown as ExecutionContext

/** What the admin API answers: a record under each of these names. */
function api(records: Record<string, unknown>, isOn = true) {
  const asked: { path: string; authorization: string | null }[] = []
  const answers: { fetch: typeof fetch } = {
    fetch: async (input, init) => {
      const { pathname } = new URL(input as string)
      asked.push({ path: pathname, authorization: new Headers(init?.headers).get('authorization') })
      const record = records[decodeURIComponent(pathname.split('/').at(-1) ?? '')]
      if (!isOn) return Response.json({ status: 404, title: 'Not found' }, { status: 404 })
      if (record === undefined) return Response.json({ status: 404, code: 'not_found' }, { status: 404 })
      return Response.json({ name: 'users', record, revision: 7 })
    },
  }
  return Object.assign(answers, { asked })
}

/** A function that guards itself so, and who is let in. */
function given(answers: { fetch: typeof fetch }, name = 'users') {
  const clock = quickClock()
  const logged: LogEntry[] = []
  const registry = ownRecord(viaMesh(MESH), {
    name,
    mesh: `${MESH}/`,
    token: 'T0KEN',
    fetch: (...of) => answers.fetch(...of),
  })
  const mesh = createMesh({ registry, name, trust: access, clock, log: (line) => logged.push(line) })
  const { fetch } = mesh.serve({ fetch: () => new Response('in') }, { trust: () => true })
  const of = async (caller: string) => {
    const headers = { 'selvedge-caller': caller }
    return (await clock.run(Promise.resolve(fetch(new Request('http://x/', { headers }), {}, ctx)))).status
  }
  return { of, clock, logged }
}

describe('ownRecord', () => {
  it('lets in whom the record of its name lets in', async () => {
    const answers = api({ users: { endpoints: ['https://users.test'], access: ONLY_CHECKOUT } })
    const { of } = given(answers)
    expect([await of('checkout'), await of('reports')]).toEqual([200, 403])
    expect(answers.asked).toEqual([{ path: '/-/api/v1/services/users', authorization: 'Bearer T0KEN' }])
  })

  it('goes by an edit when the record is no longer fresh', async () => {
    const records: Record<string, unknown> = { users: { endpoints: ['https://users.test'], access: ONLY_CHECKOUT } }
    const { of, clock } = given(api(records))
    expect(await of('reports')).toBe(403)
    records.users = { endpoints: ['https://users.test'] }
    await clock.advance(5001)
    await of('reports')
    expect(await of('reports')).toBe(200)
  })

  it('asks the wildcards that answer for the name, the longest first', async () => {
    const answers = api({ '*.shop': { endpoints: ['https://users.test'], access: ONLY_CHECKOUT } })
    const { of } = given(answers, 'users.eu.shop')
    expect([await of('checkout'), await of('reports')]).toEqual([200, 403])
    expect(answers.asked.map(({ path }) => decodeURIComponent(path.split('/').at(-1) ?? ''))).toEqual([
      'users.eu.shop',
      '*.eu.shop',
      '*.shop',
    ])
  })

  it.each([
    ['there is none', {}],
    ['it is an address and nothing else', { users: 'https://users.test' }],
    ['it says nothing of who may call', { users: { endpoints: ['https://users.test'] } }],
  ])('is open where %s', async (_, records) => {
    expect(await given(api(records)).of('reports')).toBe(200)
  })

  it.each([
    ['the API is switched off', api({}, false).fetch],
    ['the token is refused', async () => Response.json({ code: 'forbidden' }, { status: 403 })],
    ['something else answers', async () => new Response('<html>', { status: 200 })],
    ['nothing answers', () => Promise.reject(new Error('connect ECONNREFUSED'))],
    ['the record is an alias', api({ users: { alias: 'users-v2' } }).fetch],
  ])('is closed to everybody where %s', async (_, fetch) => {
    const { of, logged } = given({ fetch })
    expect(await of('checkout')).toBe(503)
    expect(JSON.stringify(logged)).not.toContain('T0KEN')
  })

  it('goes by the last that it has read while the mesh does not answer', async () => {
    const answers = api({ users: { endpoints: ['https://users.test'], access: ONLY_CHECKOUT } })
    const { of, clock } = given(answers)
    expect(await of('checkout')).toBe(200)
    answers.fetch = () => Promise.reject(new Error('connect ECONNREFUSED'))
    await clock.advance(60_000)
    expect([await of('checkout'), await of('reports')]).toEqual([200, 403])
  })

  it('asks nothing about other names, and sends its own through the mesh, too', async () => {
    const answers = api({ users: { endpoints: ['https://users.test'], access: ONLY_CHECKOUT } })
    const registry = ownRecord(viaMesh(MESH), { name: 'users', mesh: MESH, token: 'T0KEN', fetch: answers.fetch })
    const [billing, ...none] = await registry.read(['services/billing', 'services/*.x'])
    expect(JSON.parse(billing?.text ?? '')).toEqual({
      endpoints: [{ url: `${MESH}/svc/billing` }],
      timeouts: { request: '0s' },
    })
    expect([none, answers.asked]).toEqual([[undefined], []])
    const [users] = await registry.read(['services/users'])
    expect(JSON.parse(users?.text ?? '')).toEqual({
      endpoints: [{ url: `${MESH}/svc/users` }],
      timeouts: { request: '0s' },
      access: ONLY_CHECKOUT,
    })
  })

  it.each([
    [{ mesh: 'http://mesh.example.com', token: 'T0KEN' }, 'https://'],
    [{ mesh: 'mesh.example.com', token: 'T0KEN' }, 'got "mesh.example.com"'],
    [{ mesh: MESH, token: '' }, 'token'],
    [{ mesh: MESH, token: undefined as never }, 'token'],
  ])('is not made where the token would be shown, or is not there: %j', (options, says) => {
    expect(() => ownRecord(viaMesh(MESH), { name: 'users', ...options })).toThrow(says)
  })
})
