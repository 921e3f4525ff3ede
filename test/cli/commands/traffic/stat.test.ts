/** `selvedge stat` and `selvedge edges`, over the admin API and the object behind it: what they print is computed by hand. */
import { describe, expect, it } from 'vitest'
import type { StatsView } from '../../../../src/admin/client.ts'
import type { Learned } from '../../../../src/telemetry/learned.ts'
import { NOTHING } from '../../../../src/telemetry/numbers/sum.ts'
import { command } from '../../../support/command.ts'
import { type GivenAdmin, givenAdmin, TOKEN } from '../../../support/given-admin.ts'
import { type GivenCall, tellCalls } from '../../../support/given-numbers.ts'

const target = 'target local http://127.0.0.1:8787\n'

/**
 * 60 calls of `users` in a minute: one a second. 54 end well, 3 of them by a second attempt; 3 fail in the endpoint; 3 find no endpoint.
 * Attempts: 54 + 3 + 3 = 60, of which 3 are no first ones: 5 %. Success: 54 of 60, 90 %.
 * Took, in order: 3 of 1 ms, 54 of 20 ms, 3 of 400 ms: the 30th and the 57th (95 %) are 20 ms, the 59th (99 %) is 400 ms, told within 0.55 % as 401.
 * `eu`: 57 attempts, of which 6 failed: 89.47 %. Of these 3 took 200 ms, all others 20: 95 % is 20 ms, 99 % is 200 (201).
 */
const USERS: readonly GivenCall[] = [
  { times: 31, caller: 'checkout', rule: 'canary', tookMs: 20 },
  { times: 20, caller: 'cart', tookMs: 20 },
  {
    times: 3,
    caller: 'cart',
    tookMs: 400,
    attempts: [
      ['eu', 'failure', 200],
      ['us', 'success', 200],
    ],
  },
  { times: 3, caller: 'cart', outcome: 'failure', tookMs: 20 },
  { times: 3, outcome: 'unsent', error: 'no_endpoint', tookMs: 1, attempts: [] },
]
const ORDERS: readonly GivenCall[] = [{ times: 6, service: 'orders', caller: 'users', tookMs: 0.1 }]

const LEARNED: Learned = {
  ejected: [{ service: 'users', endpoint: 'us', because: 'fault', sinceMs: 0, forMs: 1 }],
  budgets: { users: 1.25 },
}

async function given(calls: readonly GivenCall[] = [...USERS, ...ORDERS]) {
  const admin: GivenAdmin = await givenAdmin({ ADMIN_TOKEN: TOKEN })
  for (const name of ['users', 'orders', 'quiet'])
    await admin.client.put(name, 'https://a.example', { ifNoneMatch: '*' })
  if (calls.length > 0) tellCalls(admin.stats, calls, 'one', 1, LEARNED)
  return { admin, selvedge: command({ clock: admin.clock, clientOf: () => admin.client }) }
}

describe('selvedge stat', () => {
  it('prints what a hand computes, as linkerd prints it', async () => {
    const { selvedge } = await given()
    expect(await selvedge('stat')).toEqual({
      code: 0,
      err: target,
      out: `NAME     SUCCESS   RPS      LATENCY_P50   LATENCY_P95   LATENCY_P99   RETRIES   BUDGET
orders   100.00%   0.1rps   <1ms          <1ms          <1ms          0.00%     -
users    90.00%    1.0rps   20ms          20ms          401ms         5.00%     1.3
`,
    })
  })

  it('shows what functions have counted where the mesh has counted nothing, and where it is asked for', async () => {
    const { admin, selvedge } = await given(USERS)
    const calls = (many: number) => ({ ...NOTHING, ends: [many], callers: { '': [many] } })
    const numbers = { overflow: 0, services: { users: calls(6), bank: calls(12) } }
    admin.stats.report('checkout', { isolate: 'two', sequence: 1, numbers })
    const shown = async (...argv: string[]) => {
      const { items } = JSON.parse((await selvedge(...argv, '-o', 'json')).out) as StatsView
      return items.map(({ service, reporter, requests }) => [service, reporter, requests])
    }
    expect(await shown('stat')).toEqual([
      ['bank', 'source', 12],
      ['users', 'mesh', 60],
    ])
    expect(await shown('stat', '--reporter', 'source')).toEqual([
      ['bank', 'source', 12],
      ['users', 'source', 6],
    ])
    expect(await shown('stat', '--reporter', 'destination')).toEqual([])
    expect(await shown('edges', '--reporter', 'source')).toEqual([
      ['bank', 'source', 12],
      ['users', 'source', 6],
    ])
    expect((await selvedge('stat', '--reporter', 'all')).code).toBe(2)
  })

  it('adds up errors by code with wide', async () => {
    const { selvedge } = await given()
    const { out } = await selvedge('stat', 'users', '-o', 'wide')
    expect(out.split('\n')[0]).toMatch(
      /RETRIES {3}BUDGET {3}REQUESTS {3}ATTEMPTS {3}HEDGED {3}ERRORS {10}NOT_RETRIED {3}REPORTER$/,
    )
    expect(out.split('\n')[1]).toMatch(/5\.00% {5}1\.3 {6}60 {9}60 {9}0 {8}no_endpoint=3 {3}- {13}mesh$/)
  })

  it.each([
    [
      'endpoint',
      `NAME    ENDPOINT   SUCCESS   RPS        LATENCY_P50   LATENCY_P95   LATENCY_P99   EJECTED
users   eu         89.47%    0.9rps     20ms          20ms          201ms         -
users   us         100.00%   0.050rps   201ms         201ms         201ms         1/1
`,
    ],
    [
      'caller',
      `NAME    CALLER      SUCCESS   RPS
users   checkout    100.00%   0.5rps
users   cart        88.46%    0.4rps
users   (unknown)   0.00%     0.050rps
`,
    ],
    [
      'rule',
      `NAME    RULE     SUCCESS   RPS
users   canary   100.00%   0.5rps
`,
    ],
  ])('by %s', async (by, out) => {
    const { selvedge } = await given()
    expect(await selvedge('stat', 'users', '--by', by)).toEqual({ code: 0, err: target, out })
  })

  it('prints all there is as JSON', async () => {
    const { selvedge, admin } = await given()
    const told = JSON.parse((await selvedge('stat', 'users', '--output', 'json')).out)
    expect(told).toEqual(await admin.client.stats({ service: 'users' }))
    expect(told.items).toMatchObject([{ service: 'users', requests: 60, retries: 0.05 }])
  })

  it('calls nothing 100 % that is less', async () => {
    const { selvedge } = await given([{ times: 99_999 }, { outcome: 'failure' }])
    expect((await selvedge('stat')).out).toContain('users   99.99%')
  })

  it('looks as far back as it is told', async () => {
    const { selvedge, admin } = await given()
    await admin.clock.advance(120_000)
    expect(await selvedge('stat', 'users')).toEqual({
      code: 0,
      out: '',
      err: `${target}No calls of users in the last 1m were told of, by any isolate. A call shows within 10 s; where none ever does, the mesh's Worker lacks the binding STATS_OBJECT (docs/observability.md).\n`,
    })
    expect((await selvedge('stat', 'users', '-t', '5m')).out).toContain('users   90.00%    0.2rps')
  })

  it('tells a service without calls from one that is not there', async () => {
    const { selvedge } = await given()
    expect(await selvedge('stat', 'quiet')).toMatchObject({
      code: 0,
      err: `${target}No calls of quiet in the last 1m.\n`,
    })
    expect(await selvedge('stat', 'user')).toEqual({
      code: 1,
      out: '',
      err: `${target}selvedge: There is no record of "user". Did you mean users?\n`,
    })
    const several = await selvedge('stat', 'users', 'user')
    expect([several.code, several.out]).toEqual([1, expect.stringContaining('users   90.00%')])
  })

  it.each(['9s', '169h', 'soon'])('refuses a window of %s', async (window) => {
    const { selvedge } = await given()
    expect(await selvedge('stat', '-t', window)).toMatchObject({ code: 2, out: '' })
  })

  it('says what to do where nobody counts', async () => {
    const admin = await givenAdmin({ ADMIN_TOKEN: TOKEN, STATS_OBJECT: undefined })
    const selvedge = command({ clock: admin.clock, clientOf: () => admin.client })
    for (const verb of ['stat', 'edges', 'top']) {
      expect(await selvedge(verb)).toEqual({
        code: 1,
        out: '',
        err: `${target}selvedge: This control plane has no binding STATS_OBJECT, so nobody counts: docs/observability.md says how.\n`,
      })
    }
  })
})

describe('selvedge edges', () => {
  it('prints who calls whom', async () => {
    const { selvedge } = await given()
    expect(await selvedge('edges')).toEqual({
      code: 0,
      err: target,
      out: `CALLER      NAME     SUCCESS   RPS
users       orders   100.00%   0.1rps
checkout    users    100.00%   0.5rps
cart        users    88.46%    0.4rps
(unknown)   users    0.00%     0.050rps
`,
    })
  })

  it('of some names prints what begins or ends there', async () => {
    const { selvedge } = await given()
    const { out } = await selvedge('edges', 'orders', 'checkout', '-o', 'json')
    const items: { caller: string; service: string }[] = JSON.parse(out).items
    expect(items.map(({ caller, service }) => [caller, service])).toEqual([
      ['users', 'orders'],
      ['checkout', 'users'],
    ])
    expect((await selvedge('edges', 'quiet')).err).toBe(`${target}No calls of, or by, quiet in the last 1m.\n`)
  })
})
