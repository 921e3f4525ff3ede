/** Who asks why is told, if it is believed; and nobody else is, and no endpoint hears of it. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { seal } from '../../../src/core/seal.ts'
import { systemClock } from '../../../src/core/time/clock.ts'
import { proxy } from '../../../src/mesh/proxy.ts'
import { receipts } from '../../../src/mesh/receipts/receipts.ts'
import { memoryRegistry, seeded, type TestHandler } from '../../../src/testing.ts'
import { access } from '../../../src/trust.ts'
import { mintGrant } from '../../../src/wire/grant.ts'
import { decodeReceipt } from '../../../src/wire/receipt/decode.ts'

const grants = seal(['key'])
const ok: TestHandler = () => new Response('ok')
const ASKING = ['selvedge-explain', 'selvedge-revision', 'selvedge-min-revision', 'selvedge-grant']
const TOLD = ['selvedge-receipt', 'selvedge-revision', 'server-timing']

/** A proxy before functions, each behind a binding of its name in capitals. */
function given(handlers: Record<string, TestHandler>, records: Record<string, object | string>, options: object = {}) {
  const seen: Headers[] = []
  const env = Object.fromEntries(
    Object.entries(handlers).map(([name, handler]) => [
      name,
      {
        async fetch(url: string, init: RequestInit) {
          const request = new Request(url, init)
          seen.push(request.headers)
          return handler(request)
        },
      },
    ]),
  )
  const registry = memoryRegistry(records)
  const forward = proxy({
    registry,
    env,
    random: seeded(7),
    log: 'off',
    sink: { span() {} },
    receipts,
    grants,
    ...options,
  })
  const ask = (name: string, headers: Record<string, string> = {}, trusted = false) =>
    forward(new Request(`http://${name}/42`, { headers }), {
      trusted,
      defer: () => {},
      identify: () => ({ name, path: '/42' }),
    })
  return { registry, seen, ask }
}

const users = () => given({ USERS: ok }, { users: { endpoints: [{ binding: 'USERS' }] } })
const grantFor = async (names: string[], from = grants, at = systemClock.now()) => ({
  'selvedge-grant': (await mintGrant(from, names, at)).grant,
})
const asked = { 'selvedge-explain': '1' }

const toldOf = (answer: Response) => TOLD.filter((name) => answer.headers.has(name))
const receiptOf = (answer: Response) => decodeReceipt(answer.headers.get('selvedge-receipt') ?? '')

describe('a caller that asks why', () => {
  it('is told where its binding is believed', async () => {
    const { ask } = users()
    expect(toldOf(await ask('users', asked, true))).toEqual(TOLD)
  })

  it('is told nothing where it is a stranger, whatever it asks', async () => {
    const { ask } = users()
    const all = { ...asked, 'selvedge-revision': '1', 'selvedge-min-revision': '99' }
    const answer = await ask('users', all)
    expect([answer.status, toldOf(answer)]).toEqual([200, []])
  })

  it('is told by a grant for the name, or for the beginning of it', async () => {
    const { ask } = users()
    expect(toldOf(await ask('users', { ...asked, ...(await grantFor(['users'])) }))).toEqual(TOLD)
    expect(toldOf(await ask('users', { ...asked, ...(await grantFor(['pay', 'us*'])) }))).toEqual(TOLD)
  })

  it.each([
    ['for another name', () => grantFor(['payments'])],
    ['with another key', () => grantFor(['users'], seal(['other']))],
    ['that has expired', () => grantFor(['users'], grants, systemClock.now() - 300_001)],
    ['that is none', async () => ({ 'selvedge-grant': '1.e30.00' })],
  ])('is told nothing by a grant %s', async (_, grant) => {
    const { ask } = users()
    const answer = await ask('users', { ...asked, ...(await grant()) })
    expect([answer.status, toldOf(answer)]).toEqual([200, []])
  })

  it('is told nothing by a mesh that has no key, nor by one that is composed without receipts', async () => {
    const record = { users: { endpoints: [{ binding: 'USERS' }] } }
    const headers = { ...asked, ...(await grantFor(['users'])) }
    expect(toldOf(await given({ USERS: ok }, record, { grants: undefined }).ask('users', headers))).toEqual([])
    expect(toldOf(await given({ USERS: ok }, record, { receipts: undefined }).ask('users', headers, true))).toEqual([])
  })

  it('does not ask for it with a grant alone', async () => {
    const { ask } = users()
    expect(toldOf(await ask('users', await grantFor(['users'])))).toEqual([])
  })

  it('is granted answers, and not trust: it reads of an error what strangers read, and the receipt tells the rest', async () => {
    const { ask } = given({}, { users: { endpoints: [{ binding: 'GONE' }] } })
    const answer = await ask('users', { ...asked, ...(await grantFor(['users'])) })
    expect(((await answer.json()) as { detail: string }).detail).not.toContain('GONE')
    expect(receiptOf(answer)).toMatchObject({
      error: 'no_endpoint',
      detail: expect.stringContaining('GONE'),
      skipped: [{ endpoint: 'binding:GONE' }],
    })
  })

  it('never lets an endpoint hear of it, trusted or not', async () => {
    const { ask, seen } = users()
    const all = { ...asked, 'selvedge-revision': '1', 'selvedge-min-revision': '0', ...(await grantFor(['users'])) }
    await ask('users', all)
    await ask('users', all, true)
    for (const headers of seen) for (const name of ASKING) expect(headers.has(name), name).toBe(false)
    expect(seen).toHaveLength(2)
  })

  it('hears the receipt of this mesh, never that of one beneath; a stranger hears none', async () => {
    const beneath: TestHandler = () =>
      new Response('ok', { headers: { 'selvedge-receipt': '1.beneath', 'selvedge-revision': 'beneath=1' } })
    const { ask } = given({ USERS: beneath }, { users: { endpoints: [{ binding: 'USERS' }] } })
    expect(toldOf(await ask('users'))).toEqual([])
    const answer = await ask('users', asked, true)
    expect(receiptOf(answer).service).toBe('users')
    expect(answer.headers.get('selvedge-revision')).toBe('users=unknown')
  })
})

describe('selvedge-revision', () => {
  it('says which records the answer went by: of the name, its aliases and the backend', async () => {
    const { ask, registry } = given({ USERS: ok }, {})
    registry.set('users', { alias: 'users-v2' }, '41')
    registry.set('users-v2', { rules: [{ backendRefs: [{ name: 'blue' }] }] }, '7')
    registry.set('blue', { endpoints: [{ binding: 'USERS' }] })
    const answer = await ask('users', { 'selvedge-revision': '1' }, true)
    expect(answer.headers.get('selvedge-revision')).toBe('users=41, users-v2=7, blue=unknown')
    expect(toldOf(answer)).toEqual(['selvedge-revision'])
  })

  it('says of a wildcard that it is one, and of a name without a record that there is none', async () => {
    const { ask, registry } = given({ USERS: ok }, {})
    registry.set('*.shop', { endpoints: [{ binding: 'USERS' }] }, '5')
    expect((await ask('a.shop', { 'selvedge-revision': '1' }, true)).headers.get('selvedge-revision')).toBe('*.shop=5')
    const answer = await ask('gone', { 'selvedge-revision': '1' }, true)
    expect([answer.status, answer.headers.get('selvedge-revision')]).toEqual([404, 'gone=none'])
  })
})

describe('a receipt', () => {
  it('tells the way of a call: names, records, rule, backend, candidates, draws, attempts, what is left', async () => {
    const failing: TestHandler = () => new Response('', { status: 503 })
    const { ask, registry } = given({ A: failing, B: ok }, {})
    registry.set('users', { rules: [{ name: 'all', backendRefs: [{ name: 'pool' }] }] }, '3')
    registry.set('pool', { endpoints: [{ binding: 'A' }, { binding: 'B' }], retry: { attempts: 1, codes: [503] } }, '4')
    const views = []
    for (let turn = 0; turn < 12; turn++) views.push(receiptOf(await ask('users', asked, true)))
    const retried = views.find(({ attempts }) => attempts.length === 2)
    expect(retried).toMatchObject({
      service: 'users',
      path: ['users'],
      key: 'services/users',
      rule: 'all',
      backend: 'pool',
      records: [
        { key: 'services/users', revision: '3', freshness: 'fresh' },
        { key: 'services/pool', revision: '4', freshness: 'fresh' },
      ],
      attempts: [
        { number: 1, endpoint: 'binding:A', outcome: 'failure', blame: 'endpoint', status: 503 },
        { number: 2, endpoint: 'binding:B', outcome: 'success', status: 200 },
      ],
      retriesUsed: 1,
      hedged: false,
      allowanceLeft: 0,
      budgetLeft: expect.any(Number),
      deadlineLeftMs: expect.any(Number),
      isolate: expect.stringMatching(/^[0-9a-f]{8}$/),
    })
    const [first, second] = retried?.choices ?? []
    expect(first).toMatchObject({ attempt: 1, algorithm: 'peak-ewma', chosen: 'binding:A' })
    expect(first?.candidates.map(({ endpoint }) => endpoint)).toEqual(['binding:A', 'binding:B'])
    expect(first?.rounds[0]?.draws.length).toBe(2)
    expect(second?.candidates[0]).toMatchObject({ endpoint: 'binding:A', skipped: 'tried' })
    expect(second?.rounds[0]?.among).toEqual([1])
    // Each isolate has one name for itself.
    expect(new Set(views.map(({ isolate }) => isolate)).size).toBe(1)
  })

  it('tells of an endpoint that is out until when it is', async () => {
    const failing: TestHandler = () => new Response('', { status: 503 })
    const endpoints = [{ binding: 'A' }, { binding: 'B' }]
    const { ask } = given({ A: failing, B: ok }, { users: { endpoints, loadBalancer: 'round-robin' } })
    let view = receiptOf(await ask('users', asked, true))
    for (let turn = 0; turn < 12; turn++) view = receiptOf(await ask('users', asked, true))
    expect(view.choices[0]).toMatchObject({
      algorithm: 'round-robin',
      chosen: 'binding:B',
      candidates: [
        { endpoint: 'binding:A', state: 'ejected', ejectedUntil: expect.any(Number), skipped: 'ejected' },
        { endpoint: 'binding:B', state: 'healthy' },
      ],
      rounds: [{ among: [1], chosen: 1 }],
    })
  })

  it('tells what it takes to choose again: draws, costs, and what the balancer saw', async () => {
    const { balancers } = await import('../../../src/features/balance/balancers.ts')
    const handlers = Object.fromEntries(['A', 'B', 'C', 'D'].map((name) => [name, ok]))
    const endpoints = ['A', 'B', 'C', 'D'].map((binding, index) => ({ binding, weight: 1 + (index % 2) }))
    const { ask } = given(handlers, { users: { endpoints } })
    for (let turn = 0; turn < 50; turn++) {
      const [choice] = receiptOf(await ask('users', asked, true)).choices
      const [round] = choice?.rounds ?? []
      if (!choice || !round) throw new Error('no choice was told')
      const draws = [...round.draws]
      const random = { next: () => draws.shift() ?? Number.NaN, hex: () => '' }
      const candidates = round.among.map((position) => {
        const { endpoint, weight, cost, inFlight } = choice.candidates[position] ?? expect.fail('no candidate')
        const load = { cost: () => cost, inFlight: () => inFlight, start: () => expect.fail('nothing is sent') }
        return { endpoint: { id: endpoint, weight }, load }
      })
      const again = balancers(random)('peak-ewma', candidates)(candidates, choice.at)
      expect(again.endpoint.id).toBe(choice.chosen)
      expect(draws).toEqual([])
    }
  })

  it('is on errors of the mesh, too, with the message', async () => {
    const { ask } = given(
      {},
      { users: { rules: [{ matches: [{ path: { value: '/other' } }] }], endpoints: [{ binding: 'A' }] } },
    )
    const answer = await ask('users', asked, true)
    expect(answer.status).toBe(404)
    expect(receiptOf(answer)).toMatchObject({
      error: 'route_not_found',
      detail: 'No rule matches GET /42.',
      attempts: [],
    })
  })

  it('divides the time between the mesh and the endpoints', async () => {
    const { ask } = users()
    const answer = await ask('users', asked, true)
    expect(answer.headers.get('server-timing')).toMatch(/^mesh;dur=\d+, target;dur=\d+$/)
  })

  it('holds nothing of the headers of the request, though an error repeats them, and no name or password of an address', async () => {
    const token = fc.string({
      unit: fc.constantFrom(...'abcdefghijklmnopqrstuvwxyz0123456789'.split('')),
      minLength: 12,
      maxLength: 40,
    })
    const name = fc.constantFrom(
      'authorization',
      'cookie',
      'x-api-key',
      'idempotency-key',
      'x-secret',
      'proxy-authorization',
    )
    const form = fc.constantFrom(
      (text: string) => text,
      (text: string) => `Bearer ${text}`,
      (text: string) => `session=${text}; theme=dark`,
    )
    await fc.assert(
      fc.asyncProperty(name, form, token, token, async (name, form, secret, password) => {
        const echo: TestHandler = (request) => {
          throw new Error(
            `refused ${secret} of ${request.headers.get(name)} at https://admin:${password}@users.example.com/`,
          )
        }
        const { ask } = given({ USERS: echo }, { users: { endpoints: [{ binding: 'USERS' }] } })
        const answer = await ask('users', { ...asked, [name]: form(secret) }, true)
        const told = JSON.stringify(receiptOf(answer))
        expect(told).toContain('refused ***')
        expect(told).not.toContain(secret)
        expect(told).not.toContain(password)
      }),
      { numRuns: 40 },
    )
  })
})

it('tells of a denial that is only tried, and of one that is enforced', async () => {
  const record = (mode: string) => ({ endpoints: [{ binding: 'USERS' }], access: { default: 'deny', mode } })
  const { ask } = given({ USERS: ok }, { tried: record('audit'), meant: record('enforce') }, { trust: access })
  const note = { rule: 'default', effect: 'deny', proof: 'none' }
  const tried = await ask('tried', asked, true)
  expect(tried.status).toBe(200)
  expect(receiptOf(tried).access).toEqual([{ ...note, record: 'services/tried', mode: 'audit' }])
  const meant = await ask('meant', asked, true)
  expect(meant.status).toBe(403)
  expect(receiptOf(meant).access).toEqual([{ ...note, record: 'services/meant', mode: 'enforce' }])
})
