/** How often a service may be called: what is counted together, who is refused how, and what happens where nobody counts. */
import { describe, expect, it } from 'vitest'
import type { Proof } from '../../src/core/caller.ts'
import type { LogEntry } from '../../src/core/log.ts'
import { quotaEngine } from '../../src/durable/quota-engine.ts'
import { createMesh } from '../../src/mesh/mesh.ts'
import { proxy } from '../../src/mesh/proxy.ts'
import { memoryRegistry, seeded, type VirtualClock } from '../../src/testing.ts'
import { access, rates } from '../../src/trust.ts'
import { quickClock } from '../support/upstream.ts'

interface By {
  caller?: string
  proof?: Proof
  trusted?: boolean
}

const STRANGER: By = {}
const CHECKOUT: By = { caller: 'checkout', proof: 'binding', trusted: true }
const THUMB: By = { caller: 'thumb', proof: 'binding', trusted: true }
const NAMELESS: By = { proof: 'member' }

/** The namespace of the object, as the platform would run it: one engine a name, 30 ms away. */
function quotas(clock: VirtualClock) {
  const engines = new Map<string, ReturnType<typeof quotaEngine>>()
  const asked: string[] = []
  const getByName = (name: string) => ({
    async take(count: number, intervalMs: number) {
      asked.push(name)
      await new Promise<void>((resolve) => clock.after(30, resolve))
      const engine = engines.get(name) ?? quotaEngine(clock)
      engines.set(name, engine)
      return engine.take(count, intervalMs)
    },
  })
  return { asked, object: { getByName } }
}

function given(records: Record<string, object>, env: object = {}, clock = quickClock(), defaults = {}) {
  const logged: LogEntry[] = []
  let sent = 0
  const fetch = async () => {
    sent += 1
    return new Response('ok')
  }
  const enter = proxy({
    registry: memoryRegistry(records),
    env: { USERS: { fetch }, ADMIN: { fetch }, ...env },
    clock,
    random: seeded(7),
    log: (entry) => logged.push(entry),
    trust: access,
    rates,
    defaults,
  })
  /** Time does not move. */
  const pass = (url: string, { caller, proof, trusted = false }: By = STRANGER, init: RequestInit = {}) => {
    const request = new Request(url, init)
    const { host, pathname, search } = new URL(url)
    const identify = () => ({ name: host, path: pathname + search })
    return enter(request, { trusted, caller, proof, defer: () => {}, identify })
  }
  const ask = (...call: Parameters<typeof pass>) => clock.run(pass(...call))
  const statuses = async (count: number, by?: By, init?: RequestInit, url = 'http://users/') => {
    const all: number[] = []
    for (let call = 0; call < count; call++) all.push((await ask(url, by, init)).status)
    return all
  }
  return { ask, pass, statuses, clock, logged, sent: () => sent }
}

const USERS = { endpoints: [{ binding: 'USERS' }] }
const limited = (rate: object = {}) => ({ ...USERS, limits: { rate: { count: 2, interval: '10s', ...rate } } })

describe('limits.rate, counted by each isolate alone', () => {
  it('lets in as many as the record says, and the next when the interval is over', async () => {
    const { statuses, clock, sent } = given({ users: limited() })
    expect(await statuses(3, CHECKOUT)).toEqual([200, 200, 429])
    await clock.advance(9_990)
    expect(await statuses(1, CHECKOUT)).toEqual([429])
    await clock.advance(10)
    expect(await statuses(3, CHECKOUT)).toEqual([200, 200, 429])
    expect(sent()).toBe(4)
  })

  it.each([
    ['caller', CHECKOUT, THUMB, {}],
    ['caller', CHECKOUT, STRANGER, {}],
    ['caller', STRANGER, NAMELESS, {}],
    ['ip', STRANGER, STRANGER, { 'cf-connecting-ip': '192.0.2.1' }],
    ['header:X-Api-Key', STRANGER, STRANGER, { 'x-api-key': 'other' }],
  ])('counts per %s: %j apart from %j', async (per, one, other, headers) => {
    const { statuses } = given({ users: limited({ per }) })
    expect(await statuses(3, one, { headers: { 'x-api-key': 'one', 'cf-connecting-ip': '192.0.2.7' } })).toEqual([
      200, 200, 429,
    ])
    expect(await statuses(3, other, { headers })).toEqual([200, 200, 429])
  })

  it.each([
    ['service', CHECKOUT, THUMB, {}],
    ['caller', STRANGER, STRANGER, { 'cf-connecting-ip': '192.0.2.1', 'user-agent': 'other' }],
    ['header:x-api-key', CHECKOUT, THUMB, { 'x-api-key': 'one' }],
    ['ip', CHECKOUT, THUMB, { 'cf-connecting-ip': '192.0.2.7' }],
  ])('counts per %s: %j together with %j', async (per, one, other, headers) => {
    const { statuses } = given({ users: limited({ per }) })
    await statuses(2, one, { headers: { 'x-api-key': 'one', 'cf-connecting-ip': '192.0.2.7' } })
    expect(await statuses(1, other, { headers })).toEqual([429])
  })

  it('counts records apart', async () => {
    const { statuses } = given({ users: limited(), others: limited() })
    await statuses(3, CHECKOUT)
    expect(await statuses(1, CHECKOUT, {}, 'http://others/')).toEqual([200])
  })

  it('counts a call once, however often it is tried', async () => {
    let tries = 0
    const fetch = async () => new Response(null, { status: ++tries % 2 === 1 ? 503 : 200 })
    const { statuses } = given({ users: limited() }, { USERS: { fetch } })
    expect(await statuses(3, CHECKOUT)).toEqual([200, 200, 429])
    expect(tries).toBe(4)
  })

  it('does not count who may not call', async () => {
    const rules = [{ name: 'no', effect: 'deny', methods: ['POST'] }]
    const { statuses } = given({ users: { ...limited(), access: { rules } } })
    expect(await statuses(3, CHECKOUT, { method: 'POST' })).toEqual([403, 403, 403])
    expect(await statuses(2, CHECKOUT)).toEqual([200, 200])
  })

  it('counts for the record whose endpoints are used, too: a route is no way around it', async () => {
    const { statuses, ask } = given({
      public: { rules: [{ backendRefs: [{ name: 'admin' }] }] },
      admin: { endpoints: [{ binding: 'ADMIN' }], limits: { rate: { count: 2, interval: '10s' } } },
    })
    expect(await statuses(3, CHECKOUT, {}, 'http://public/')).toEqual([200, 200, 429])
    expect((await ask('http://admin/', CHECKOUT)).status).toBe(429)
  })

  it('counts once where a rule leads to the record that was called', async () => {
    const { statuses } = given({ users: { ...limited(), rules: [{}] } })
    expect(await statuses(3, CHECKOUT)).toEqual([200, 200, 429])
  })

  it('counts for the exact record where a wildcard answers', async () => {
    const { statuses } = given({
      'a.shop': { ...limited(), rules: [{ matches: [{ path: { type: 'Exact', value: '/only' } }] }] },
      '*.shop': { ...USERS, rules: [{}] },
    })
    expect(await statuses(3, CHECKOUT, {}, 'http://a.shop/other')).toEqual([200, 200, 429])
    expect(await statuses(3, CHECKOUT, {}, 'http://b.shop/other')).toEqual([200, 200, 200])
  })

  it('takes the rate of the mesh where the record has none', async () => {
    const defaults = { limits: { rate: { count: 1, interval: '1s' } } }
    const { statuses } = given({ users: { ...USERS, limits: { maxInFlight: 9 } } }, {}, quickClock(), defaults)
    expect(await statuses(2, CHECKOUT)).toEqual([200, 429])
  })
})

describe('the answer of a call that is one too many', () => {
  const refused = async (by: By, init: RequestInit = {}) => {
    const { statuses, ask, logged } = given({ users: limited() })
    await statuses(2, by)
    return { answer: await ask('http://users/', by, init), logged }
  }

  it('says when to come again, and to nobody above that it may be sent again', async () => {
    const { answer } = await refused(CHECKOUT)
    expect(answer.status).toBe(429)
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'retry-after': '10',
      'selvedge-retryable': 'false',
      'selvedge-error': 'rate_limited',
      ratelimit: '"caller";r=0;t=10',
      'ratelimit-policy': '"caller";q=2;w=10',
    })
    expect(answer.headers.get('proxy-status')).toContain('error=http_request_denied')
    expect(await answer.json()).toMatchObject({
      code: 'rate_limited',
      status: 429,
      service: 'users',
      caller: 'checkout',
      'violated-policies': ['caller'],
      detail: 'services/users lets "checkout" in no more often than 2 in 10 s. The next may come in 10.0 s.',
    })
  })

  it('tells a stranger the limit, and nothing of the record', async () => {
    const { answer, logged } = await refused(STRANGER)
    expect(answer.headers.get('ratelimit')).toBe('"caller";r=0;t=10')
    expect((await answer.text()) + answer.headers.get('proxy-status')).not.toMatch(/services\/users|strangers/)
    expect(
      logged.map(({ code, message }) => [code, message?.includes('all strangers without a name together')]),
    ).toEqual([['rate_limited', true]])
  })

  it.each([
    ['gRPC', { 'content-type': 'application/grpc-web' }, 200, 'grpc-status', '8'],
    ['Connect', { 'connect-protocol-version': '1' }, 429, 'content-type', 'application/json'],
  ])('is in the words of %s, with the same fields', async (_, headers, status, name, value) => {
    const { answer } = await refused(CHECKOUT, { method: 'POST', body: 'x', headers })
    expect([answer.status, answer.headers.get(name), answer.headers.get('retry-after')]).toEqual([status, value, '10'])
    expect(answer.headers.get('ratelimit')).toBe('"caller";r=0;t=10')
    if (status === 429) expect(await answer.json()).toMatchObject({ code: 'resource_exhausted' })
  })

  it('is not tried again by a mesh above', async () => {
    const clock = quickClock()
    const beneath = given({ users: limited() }, {}, clock)
    await beneath.statuses(2, CHECKOUT)
    let asked = 0
    const fetch = async () => {
      asked += 1
      return beneath.pass('http://users/', CHECKOUT)
    }
    const above = given({ users: { ...USERS, retry: { attempts: 3, codes: [429] } } }, { USERS: { fetch } }, clock)
    expect(await above.statuses(1)).toEqual([429])
    expect(asked).toBe(1)
  })

  it('repeats nothing of a header by which callers are told apart', async () => {
    const { statuses, ask, logged } = given({ users: limited({ per: 'header:authorization' }) })
    const init = { headers: { authorization: 'Bearer s3cret' } }
    await statuses(2, CHECKOUT, init)
    const answer = await ask('http://users/', CHECKOUT, init)
    expect(answer.headers.get('ratelimit')).toBe('"header:authorization";r=0;t=10')
    expect((await answer.text()) + JSON.stringify([...answer.headers, ...logged])).not.toContain('s3cret')
  })
})

describe('limits.rate, counted by QUOTA_OBJECT', () => {
  it('counts for all isolates together, by one object a record and key', async () => {
    const clock = quickClock()
    const { asked, object } = quotas(clock)
    const isolates = [0, 1, 2].map(() => given({ users: limited({ count: 4 }) }, { QUOTA_OBJECT: object }, clock))
    const all: number[] = []
    for (const { statuses } of isolates) all.push(...(await statuses(2, CHECKOUT)))
    expect(all).toEqual([200, 200, 200, 200, 429, 429])
    expect(new Set(asked)).toEqual(new Set(['services/users caller =checkout']))
  })

  it('keeps a refusal: the object is not asked again before then', async () => {
    const clock = quickClock()
    const { asked, object } = quotas(clock)
    const { statuses, ask } = given({ users: limited() }, { QUOTA_OBJECT: object }, clock)
    await statuses(2, CHECKOUT)
    expect(await statuses(20, CHECKOUT)).toEqual(Array(20).fill(429))
    expect(asked.length).toBe(3)
    await clock.advance(4000)
    expect((await ask('http://users/', CHECKOUT)).headers.get('retry-after')).toBe('6')
    expect(asked.length).toBe(3)
    await clock.advance(6000)
    expect(await statuses(1, CHECKOUT)).toEqual([200])
  })

  it('has no secret in the name of an object', async () => {
    const asked: string[] = []
    const getByName = (name: string) => ({ take: async () => (asked.push(name) > 1 ? 1000 : 0) })
    const { pass } = given({ users: limited({ per: 'header:x-api-key' }) }, { QUOTA_OBJECT: { getByName } })
    expect((await pass('http://users/', CHECKOUT, { headers: { 'x-api-key': 's3cret' } })).status).toBe(200)
    expect(asked).toEqual([expect.stringMatching(/^services\/users header:x-api-key [0-9a-f]{64}$/)])
  })

  const failing = {
    hangs: () => new Promise<number>(() => {}),
    fails: () => Promise.reject(new Error('the object was moved')),
    'is not there': () => {
      throw new Error('no such class')
    },
  }
  it.each(Object.entries(failing))('lets in where the object %s, within 250 ms, and says so', async (_, take) => {
    let asked = 0
    const getByName = () => ({
      take: () => {
        asked += 1
        return take()
      },
    })
    const { statuses, clock, logged } = given({ users: limited() }, { QUOTA_OBJECT: { getByName } })
    const before = clock.now()
    expect(await statuses(5, CHECKOUT)).toEqual([200, 200, 200, 200, 200])
    expect(clock.now() - before).toBeLessThanOrEqual(250)
    // It is left alone for a second: each call would wait for it.
    expect(asked).toBe(1)
    expect(logged[0]).toMatchObject({ event: 'rate_unavailable', key: 'services/users' })
    expect(logged[0]?.message).toMatch(/QUOTA_OBJECT did not count a request to services\/users: .*\./)
    await clock.advance(1000)
    await statuses(1, CHECKOUT)
    expect(asked).toBe(2)
  })

  it.each(Object.entries(failing))('refuses where the object %s and the record wants that', async (_, take) => {
    const getByName = () => ({ take })
    const { ask, sent } = given({ users: limited({ whenUnavailable: 'deny' }) }, { QUOTA_OBJECT: { getByName } })
    const answer = await ask('http://users/', CHECKOUT)
    expect([answer.status, answer.headers.get('retry-after'), answer.headers.get('ratelimit'), sent()]).toEqual([
      429,
      '1',
      null,
      0,
    ])
  })

  it('waits no longer than its caller does', async () => {
    const getByName = () => ({ take: () => new Promise<number>(() => {}) })
    const { ask, clock } = given({ users: limited({ whenUnavailable: 'deny' }) }, { QUOTA_OBJECT: { getByName } })
    const before = clock.now()
    const answer = await ask('http://users/', CHECKOUT, { headers: { 'selvedge-timeout-ms': '50' } })
    expect([answer.status, clock.now() - before]).toEqual([504, 50])
  })
})

describe('limits.rate, counted by a binding', () => {
  const record = { ...USERS, limits: { rate: { binding: 'RATE_2', per: 'caller' } } }

  it('goes by what the platform says, each time', async () => {
    const keys: string[] = []
    const limit = async ({ key }: { key: string }) => ({ success: keys.push(key) !== 3 })
    const { statuses } = given({ users: record }, { RATE_2: { limit } })
    expect(await statuses(4, CHECKOUT)).toEqual([200, 200, 429, 200])
    expect(new Set(keys)).toEqual(new Set(['services/users caller =checkout']))
  })

  it('tells of no number that it does not know', async () => {
    const { ask } = given({ users: record }, { RATE_2: { limit: async () => ({ success: false }) } })
    const answer = await ask('http://users/', CHECKOUT)
    expect([answer.headers.get('retry-after'), answer.headers.get('ratelimit')]).toEqual(['10', null])
    expect(await answer.json()).toMatchObject({ 'violated-policies': ['caller'] })
  })

  it.each([
    ['is not bound', {}],
    ['is something else', { RATE_2: 'text' }],
    ['fails', { RATE_2: { limit: () => Promise.reject(new Error('no')) } }],
  ])('lets in where the binding %s, and says so', async (_, env) => {
    const { statuses, logged } = given({ users: record }, env)
    expect(await statuses(2, CHECKOUT)).toEqual([200, 200])
    expect(logged[0]).toMatchObject({ event: 'rate_unavailable', key: 'services/users' })
    expect(logged[0]?.message).toContain('RATE_2')
  })
})

describe('a library', () => {
  const record = limited()
  const options = (users: object) => ({
    registry: memoryRegistry({ users }),
    env: { USERS: { fetch: async () => new Response('ok') } },
    log: 'off' as const,
    trust: access,
  })

  it('counts its calls, as who it is', async () => {
    const clock = quickClock()
    const mesh = createMesh({ ...options(record), rates, name: 'checkout', clock, waitUntil: () => {} })
    for (let call = 0; call < 2; call++) await clock.run(mesh.fetch('http://users/'))
    await expect(clock.run(mesh.fetch('http://users/'))).rejects.toMatchObject({
      code: 'rate_limited',
      retryAfterMs: 10_000,
    })
  })

  it.each([
    ['counted', record],
    ['bound', { ...USERS, limits: { rate: { binding: 'RATE_2' } } }],
  ])('refuses a record with a rate where nothing would count: %s', async (_, users) => {
    const mesh = createMesh(options(users))
    await expect(mesh.fetch('http://users/')).rejects.toMatchObject({ code: 'record_invalid' })
    await expect(mesh.fetch('http://users/')).rejects.toThrow(/\$\.limits\.rate.*selvedge\/trust/)
  })

  it('refuses one with access all the same where it counts, but has no trust', async () => {
    const { trust: _, ...untrusting } = options({ ...record, access: { default: 'deny' } })
    await expect(createMesh({ ...untrusting, rates }).fetch('http://users/')).rejects.toThrow(/\$\.access/)
  })

  it('is not made with defaults that nothing would count', () => {
    const defaults = { limits: { rate: { count: 1, interval: '1s' } } }
    expect(() => createMesh({ ...options(USERS), defaults })).toThrow(/defaults\.limits\.rate/)
  })
})
