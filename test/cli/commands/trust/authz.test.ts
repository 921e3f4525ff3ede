/** `selvedge authz`, over the admin API and the object behind it: what it prints is computed by hand. */
import { describe, expect, it } from 'vitest'
import { command } from '../../../support/command.ts'
import { givenAdmin, TOKEN } from '../../../support/given-admin.ts'
import { type GivenCall, tellCalls } from '../../../support/given-numbers.ts'

const target = 'target local http://127.0.0.1:8787\n'

const USERS = {
  endpoints: [{ url: 'https://users.example.com' }],
  access: {
    default: 'deny',
    mode: 'audit',
    rules: [
      { name: 'known', effect: 'allow', callers: ['checkout', '*.shop'] },
      { name: 'no admin', effect: 'deny', methods: ['DELETE'], paths: ['/v1', { type: 'Exact', value: '/healthz' }] },
    ],
  },
}

const note = (rule: string, effect: 'allow' | 'deny', mode: 'audit' | 'enforce' = 'audit', record = 'services/users') =>
  ({ record, rule, effect, mode }) as const

const CALLS: readonly GivenCall[] = [
  { times: 50, caller: 'checkout', access: [note('known', 'allow')] },
  { times: 7, caller: 'reports', access: [note('default', 'deny')] },
  { times: 2, caller: 'checkout', access: [note('no admin', 'deny')] },
  { times: 3, outcome: 'rejected', error: 'caller_unknown', access: [note('default', 'deny', 'enforce')] },
  { times: 5, service: 'orders', caller: 'cart' },
  { times: 4, service: 'orders', caller: 'cart', access: [note('known', 'allow')] },
]

async function given(calls = CALLS, vars: Parameters<typeof givenAdmin>[0] = {}) {
  const admin = await givenAdmin({ ADMIN_TOKEN: TOKEN, ...vars })
  await admin.client.put('users', USERS, { ifNoneMatch: '*' })
  await admin.client.put('orders', 'https://orders.example.com', { ifNoneMatch: '*' })
  await admin.client.put('clients', { alias: 'users' }, { ifNoneMatch: '*' })
  if (calls.length > 0) tellCalls(admin.stats, calls)
  return { admin, selvedge: command({ clock: admin.clock, clientOf: () => admin.client }) }
}

const MAY = `Who may, by the records
  NAME    MODE    EFFECT   RULE       CALLERS           METHODS   PATHS
  users   audit   allow    known      checkout,*.shop   any       any
  users   audit   deny     no admin   anyone            DELETE    /v1,Exact /healthz
  users   audit   deny     default    anyone            any       any
`

describe('selvedge authz', () => {
  it('tells who may by the records, and who did, by rule', async () => {
    const { selvedge } = await given()
    expect(await selvedge('authz')).toEqual({
      code: 0,
      err: target,
      out: `${MAY}  Everybody may call orders.

Who did, in the last 1h
  CALLER      NAME     ALLOWED   DENIED   WOULD_DENY   RULE
  cart        orders   9         0        0            none asked
  cart        orders   4         0        0            known (users)
  (unknown)   users    0         3        0            default
  checkout    users    50        0        0            known
  checkout    users    0         0        2            no admin
  reports     users    0         0        7            default
`,
    })
  })

  it('is of the services that are named, and of what their records were asked', async () => {
    const { selvedge } = await given()
    const { out } = await selvedge('authz', 'users')
    expect(out).not.toContain('Everybody')
    expect(out).not.toContain('none asked')
    expect(out).toContain('cart        orders   4         0        0            known (users)')
  })

  it('has all of it as JSON', async () => {
    const { selvedge } = await given()
    const told = JSON.parse((await selvedge('authz', '-t', '10m', '-o', 'json')).out)
    expect(told).toMatchObject({ windowMs: 600_000, isolates: 1, open: ['orders'] })
    expect(told.items).toContainEqual({
      service: 'users',
      caller: 'reports',
      record: 'users',
      rule: 'default',
      allowed: 0,
      denied: 0,
      wouldDeny: 7,
    })
  })

  it('tells what records say where nobody calls, and where nobody counts', async () => {
    const silent = await given([])
    expect((await silent.selvedge('authz')).out).toContain('No calls in the last 1h were told of')
    const uncounted = await given([], { STATS_OBJECT: undefined })
    const { out } = await uncounted.selvedge('authz')
    expect(out).toContain(MAY)
    expect(out).toContain('Nobody counts')
  })
})
