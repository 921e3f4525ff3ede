import { describe, expect, it } from 'vitest'
import { seeded } from '../../../src/core/time/random.ts'
import { virtualClock } from '../../../src/core/time/virtual-clock.ts'
import { memoryRegistry } from '../../../src/registry/memory.ts'
import type { Digest } from '../../../src/telemetry/digest.ts'
import { EVERY_MS, reporter } from '../../../src/telemetry/reporter.ts'
import { weightOf } from '../../../src/telemetry/shape/shape.ts'
import { MOST_SHAPES, recorder } from '../../../src/worker/shapes/recorder.ts'

function givenRecorder({ share = 1, records = {}, registry = memoryRegistry(records), fails = false } = {}) {
  const clock = virtualClock()
  const sent: Digest[] = []
  const deferred: Promise<unknown>[] = []
  const made = recorder({
    registry,
    share,
    random: seeded(7),
    reporter: reporter({
      clock,
      random: seeded(8),
      async send(digest) {
        sent.push(digest)
        if (fails) throw new Error('The object is not there.')
      },
    }),
  })
  const defer = (work: Promise<unknown>) => void deferred.push(work)
  return {
    clock,
    sent,
    deferred,
    read: (...keys: string[]) => made.registry.read(keys),
    isDue: made.isDue,
    call(path: string, init: RequestInit = {}, caller?: string) {
      const request = new Request(`https://mesh.test${path}`, init)
      made.record(request, () => ({ name: 'users', path }), caller, defer)
    },
    nameless: () => made.record(new Request('https://mesh.test/'), () => raise(), undefined, defer),
    shapes: () => sent.flatMap(({ shapes }) => shapes?.shapes ?? []),
  }
}

function raise(): never {
  throw new Error('It names no service.')
}

const matching = (match: object) => ({ users: { endpoints: ['https://a.test'], rules: [{ matches: [match] }] } })

describe('recorder', () => {
  it('sends what it has recorded seconds later, in the work that outlives the request', async () => {
    const { call, clock, sent, deferred } = givenRecorder()
    call('/a', { method: 'POST', headers: { 'x-one': '1' } }, 'checkout')
    call('/b')
    await clock.advance(EVERY_MS - 1)
    expect(sent).toEqual([])
    await clock.advance(1)
    expect(deferred.length).toBe(1)
    expect(sent).toEqual([
      {
        isolate: expect.stringMatching(/^[\da-f]{32}$/),
        sequence: 1,
        shapes: {
          share: 1,
          drawn: 2,
          shapes: [
            {
              service: 'users',
              method: 'POST',
              path: '/a',
              headers: ['x-one'],
              queries: [],
              values: {},
              caller: 'checkout',
              class: 'default',
            },
            {
              service: 'users',
              method: 'GET',
              path: '/b',
              headers: [],
              queries: [],
              values: {},
              caller: undefined,
              class: 'default',
            },
          ],
        },
      },
    ])
  })

  it('numbers its digests, and sends none where nothing was recorded', async () => {
    const { call, clock, sent } = givenRecorder()
    call('/a')
    await clock.advance(4 * EVERY_MS)
    call('/b')
    await clock.advance(4 * EVERY_MS)
    expect(sent.map(({ sequence }) => sequence)).toEqual([1, 2])
    expect(new Set(sent.map(({ isolate }) => isolate)).size).toBe(1)
  })

  it('goes on when a digest is lost, and when the request that was to send one is gone', async () => {
    const { call, clock, sent, deferred } = givenRecorder({ fails: true })
    call('/a')
    await clock.advance(EVERY_MS)
    await Promise.all(deferred)
    call('/b')
    await clock.advance(EVERY_MS)
    expect(sent.length).toBe(2)

    const other = givenRecorder()
    other.call('/a')
    // Its timer never fires: another clock moves on.
    const now = other.clock.now()
    Object.assign(other.clock, { now: () => now + 3 * EVERY_MS })
    other.call('/b')
    expect(other.deferred.length).toBe(2)
  })

  it('holds no more than it has room for, and says how many it has drawn', async () => {
    const { call, clock, sent, deferred } = givenRecorder()
    for (let count = 0; count < 3 * MOST_SHAPES; count++) call(`/${count}`)
    await clock.advance(EVERY_MS)
    const sample = sent[0]?.shapes
    expect(sample?.shapes.length).toBe(MOST_SHAPES)
    expect(sample?.drawn).toBe(3 * MOST_SHAPES)
    expect(sample && weightOf(sample)).toBe(3)
    expect(deferred.length).toBe(1)
  })

  it.each([0.05, 0.5, 0.9])('draws a share of %s of the requests', (share) => {
    const { isDue } = givenRecorder({ share })
    let due = 0
    for (let count = 0; count < 100_000; count++) if (isDue()) due += 1
    expect(due / 100_000).toBeGreaterThan(share * 0.95)
    expect(due / 100_000).toBeLessThan(share * 1.05)
  })

  it('draws every request where the share is 1', () => {
    const { isDue } = givenRecorder()
    expect(Array.from({ length: 10 }, isDue)).toEqual(Array(10).fill(true))
  })

  it('does not fail where a request names no service', async () => {
    const { nameless, clock, sent } = givenRecorder()
    nameless()
    await clock.advance(EVERY_MS)
    expect(sent).toEqual([])
  })

  it('keeps values that a rule matches on, and no others', async () => {
    const match = { headers: [{ name: 'X-Canary', value: 'yes' }], queryParams: [{ name: 'version', value: '2' }] }
    const { call, read, clock, shapes } = givenRecorder({ records: matching(match) })
    const init = { headers: { 'x-canary': 'no', 'x-name': 'ann', authorization: 'Bearer abc' } }
    call('/?version=1&name=ann', init)
    await read('services/users')
    call('/?version=1&name=ann', init)
    await clock.advance(EVERY_MS)
    const [before, after] = shapes()
    expect(before?.values).toEqual({})
    expect(after).toMatchObject({
      headers: ['authorization', 'x-canary', 'x-name'],
      queries: ['name', 'version'],
      values: { 'header x-canary': 'no', 'query version': '1' },
    })
    expect(JSON.stringify(shapes())).not.toMatch(/ann|abc/)
  })

  it('keeps no credential, even where a rule matches on it', async () => {
    const headers = ['authorization', 'cookie', 'x-api-key', 'x-auth-token', 'proxy-authorization', 'x-csrf']
    const match = {
      headers: headers.map((name) => ({ name, value: 'secret-1' })),
      queryParams: [{ name: 'access_token', value: 'secret-1' }],
    }
    const { call, read, clock, shapes } = givenRecorder({ records: matching(match) })
    await read('services/users')
    call('/?access_token=secret-1', { headers: Object.fromEntries(headers.map((name) => [name, 'secret-1'])) })
    await clock.advance(EVERY_MS)
    expect(shapes()[0]).toMatchObject({ headers: [...headers].sort(), queries: ['access_token'], values: {} })
    expect(JSON.stringify(shapes())).not.toContain('secret-1')
  })

  it('follows aliases and wildcards to the rules that a name meets', async () => {
    const ruled = (name: string) => ({ rules: [{ matches: [{ headers: [{ name, value: '1' }] }] }] })
    const { call, read, clock, shapes } = givenRecorder({
      records: { users: { alias: ['v1', 'v2'] }, v1: { alias: 'v2' }, v2: ruled('x-two'), other: ruled('x-other') },
    })
    await read('services/users', 'services/v1', 'services/v2', 'services/other')
    call('/', { headers: { 'x-two': 'a', 'x-other': 'b' } })
    await clock.advance(EVERY_MS)
    expect(shapes()[0]?.values).toEqual({ 'header x-two': 'a' })
  })

  it('looks at each name once, on however many ways lists of aliases lead to it', async () => {
    const layers = Array.from({ length: 8 }, (_, layer) =>
      Array.from({ length: 8 }, (_, index) => `n${layer}-${index}`),
    )
    const aliases = layers.flatMap((names, layer) =>
      names.map((name) => [name, { alias: layers[layer + 1] ?? ['end'] }] as const),
    )
    const end = { rules: [{ matches: [{ headers: [{ name: 'x-end', value: '1' }] }] }] }
    const records = { users: { alias: layers[0] ?? [] }, ...Object.fromEntries(aliases), end }
    const { call, clock, shapes, read } = givenRecorder({ records })
    await read(...Object.keys(records).map((name) => `services/${name}`))
    // 16 million ways would outlast the test.
    call('/', { headers: { 'x-end': 'a' } })
    await clock.advance(EVERY_MS)
    expect(shapes()[0]?.values).toEqual({ 'header x-end': 'a' })
  })

  it('forgets what an edit takes out of the rules', async () => {
    const registry = memoryRegistry(matching({ headers: [{ name: 'x-canary', value: '1' }] }))
    const { call, clock, shapes, read } = givenRecorder({ registry })
    await read('services/users')
    call('/', { headers: { 'x-canary': '1' } })
    registry.set('users', 'https://a.test')
    await read('services/users')
    call('/', { headers: { 'x-canary': '1' } })
    await clock.advance(EVERY_MS)
    expect(shapes().map(({ values }) => values)).toEqual([{ 'header x-canary': '1' }, {}])
  })

  it('masks ids in paths, but for those that rules name', async () => {
    const { call, read, clock, shapes } = givenRecorder({ records: matching({ path: { value: '/users/42' } }) })
    await read('services/users')
    for (const path of ['/users/42/x', '/users/43/x', '/x/../users/44?a=1']) call(path)
    await clock.advance(EVERY_MS)
    expect(shapes().map(({ path }) => path)).toEqual(['/users/42/x', '/users/{number}/x', '/users/{number}'])
  })

  it('says of a request with too much of something that it is cut', async () => {
    const { call, clock, shapes } = givenRecorder()
    const many = Object.fromEntries(Array.from({ length: 101 }, (_, index) => [`x-${index}`, '1']))
    call(`/${'a/'.repeat(250)}${'b'.repeat(30)}`)
    call('/', { headers: many })
    call('/?name%20with%20a%20value=1&ok=1')
    call('/')
    await clock.advance(EVERY_MS)
    expect(shapes().map(({ isCut }) => isCut)).toEqual([true, true, true, undefined])
    expect(shapes()[0]?.path).toBe(`/${'a/'.repeat(250)}`.slice(0, -1))
    expect(shapes()[2]?.queries).toEqual(['ok'])
  })

  it('keeps no token or number that stands where the name of a query parameter would, unless a rule names it', async () => {
    const records = matching({ queryParams: [{ name: '20260101', value: 'x' }] })
    const { call, clock, shapes, read } = givenRecorder({ records })
    await read('services/users')
    const token = 'q7fH2kLw9ZpX4mN8vB1c'
    call(`/reset?${token}`)
    call(`/reset?${token}=1&page=2&20260101=x&4917012345678`)
    await clock.advance(EVERY_MS)
    expect(shapes().map(({ queries, isCut }) => [queries, isCut])).toEqual([
      [[], true],
      [['20260101', 'page'], true],
    ])
    expect(JSON.stringify(shapes())).not.toContain(token)
  })

  it('takes a priority of a stranger that lowers it, and of a caller any', async () => {
    const { call, clock, shapes } = givenRecorder()
    for (const said of ['critical', 'sheddable']) {
      call('/', { headers: { 'selvedge-priority': said } })
      call('/', { headers: { 'selvedge-priority': said } }, 'checkout')
    }
    await clock.advance(EVERY_MS)
    expect(shapes().map((shape) => shape.class)).toEqual(['default', 'critical', 'sheddable', 'sheddable'])
  })
})
