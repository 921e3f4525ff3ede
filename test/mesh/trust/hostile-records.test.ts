/** A hostile writer of records: he may route and permit, and gets no token, no override and no secret of others to a place of his own. */
import { beforeAll, describe, expect, it } from 'vitest'
import { cloud } from '../../../src/cloud.ts'
import { proxy } from '../../../src/mesh/proxy.ts'
import { memoryRegistry, seeded } from '../../../src/testing.ts'
import { trust } from '../../../src/trust.ts'
import { cryptoClock } from '../../support/crypto-clock.ts'
import { DOMAIN, type GivenKey, givenKey, givenOverride } from '../../support/given-keys.ts'

let mesh1: GivenKey
beforeAll(async () => {
  mesh1 = await givenKey('mesh-1')
  // No virtual time moves what loads them.
  await import('../../../src/targets/libraries.ts')
})

/** What has left, whole, as text: address, headers and content. */
function given(records: Record<string, object>) {
  const clock = cryptoClock(1_800_000_000_000)
  const left: { readonly host: string; readonly whole: string }[] = []
  const works: Promise<unknown>[] = []
  const fetch = (async (input: RequestInfo, init?: RequestInit) => {
    const request = new Request(input, init)
    const whole = `${request.url} ${JSON.stringify([...request.headers])} ${await request.text()}`
    left.push({ host: new URL(request.url).host, whole })
    return new Response('{"statusCode":200}')
  }) as typeof globalThis.fetch
  const enter = proxy({
    registry: memoryRegistry(records),
    env: {
      MESH_KEY: mesh1.secret,
      MESH_TRUST: {
        domain: DOMAIN,
        keys: { keys: [mesh1.open] },
        sign: 'MESH_KEY',
        members: ['*.internal.example.com'],
      },
      AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'secret',
      OTLP_HEADERS: 'authorization=of-the-operator',
      ADMIN_TOKEN: 'of-the-operator',
      TEAM_TOKEN: 'of-a-team',
    },
    clock,
    random: seeded(7),
    fetch,
    cloud,
    log: 'off',
    trust: trust({
      domain: DOMAIN,
      keys: { keys: [mesh1.open] },
      key: mesh1.secret,
      members: ['*.internal.example.com', '127.0.0.1'],
    }),
  })
  const ask = async (name = 'users') => {
    const token = await givenOverride(mesh1, clock.now(), { claims: { o: { another: 'another@pr-1' } } })
    const headers = { baggage: `a=1,selvedge-override=${token}`, 'selvedge-priority': 'critical' }
    const by = { caller: 'checkout', proof: 'binding', trusted: true } as const
    const identify = () => ({ name, path: '/' })
    const defer = (work: Promise<unknown>) => void works.push(work)
    const answer = await clock.run(enter(new Request(`http://${name}/`, { headers }), { ...by, defer, identify }))
    await clock.run(Promise.allSettled(works.splice(0)))
    return { status: answer.status, text: await answer.text(), left }
  }
  return { ask }
}

const FOR_MEMBERS = /selvedge-(?:identity|caller|override|priority|retry-allowance|attempt)/
const lambda = (endpointUrl: string) => ({ function: 'users', region: 'eu-west-1', secret: 'AWS', endpointUrl })
const to = (...endpoints: (string | object)[]) => ({ endpoints })
const MEMBER = 'https://a.internal.example.com'

describe('a record', () => {
  it.each<[string, string | object]>([
    ['of another host', 'https://evil.example'],
    ['whose address has a member for a user', 'https://evil.example/a.internal.example.com'],
    ['of a host that ends like a member', 'https://evilinternal.example.com'],
    ['of a member with a dot after it', 'https://a.internal.example.com.'],
    ['of a member within another host', 'https://a.internal.example.com.evil.example'],
    ['of the apex of a pattern', 'https://internal.example.com'],
    // Whoever reads on the way would have the token.
    ['of a member by http', 'http://a.internal.example.com'],
    ['of a member by http, on the port of https', 'http://a.internal.example.com:443'],
    ['of a Lambda function whose API stands at a host of his', { lambda: lambda('https://evil.example') }],
    ['of one whose scheme is in capitals', { lambda: lambda('HTTPS://evil.example') }],
    ['of one with a member in its path', { lambda: lambda('https://evil.example/a.internal.example.com') }],
  ])('%s gets no token of a caller, no override, and nothing that the call may spend', async (_, endpoint) => {
    const { status, left } = await given({ users: to(endpoint) }).ask()
    expect([status, left.length]).toEqual([200, 1])
    expect(left[0]?.whole).not.toMatch(FOR_MEMBERS)
    expect(left[0]?.whole).toContain('a=1')
  })

  it.each<[string, string | object]>([
    ['of a member', MEMBER],
    ['of a member in capitals, with a port', 'HTTPS://A.Internal.Example.com:8443/v1'],
    ['of this machine by http', 'http://127.0.0.1:8080'],
    ['of a Lambda function of Amazon', { lambda: { function: 'users', region: 'eu-west-1', secret: 'AWS' } }],
    ['of an emulator on this machine', { lambda: lambda('http://127.0.0.1:3002') }],
    ['of a Lambda function whose API stands at a member', { lambda: lambda('https://vpce.internal.example.com') }],
  ])('%s gets them: the test can fail', async (_, endpoint) => {
    const { left } = await given({ users: to(endpoint) }).ask()
    expect(left).toHaveLength(1)
    for (const what of ['selvedge-identity', 'selvedge-caller', 'selvedge-override'])
      expect(left[0]?.whole).toContain(what)
  })

  const evil = to('https://evil.example')
  it.each<[string, Record<string, object>]>([
    ['an alias', { users: { alias: 'evil' }, evil }],
    ['a wildcard', { users: { alias: 'cart.shop' }, '*.shop': evil }],
    ['a backend', { users: { rules: [{ backendRefs: [{ name: 'evil' }] }] }, evil }],
    [
      'a mirror',
      {
        users: {
          ...to(MEMBER),
          rules: [{ filters: [{ type: 'RequestMirror', requestMirror: { backendRef: { name: 'evil' } } }] }],
        },
        evil,
      },
    ],
    ['one address of several', { users: { ...to(MEMBER, 'https://evil.example'), retry: { attempts: 3 } } }],
  ])('that leads there by %s does not either', async (_, records) => {
    const { ask } = given(records)
    let left: readonly { host: string; whole: string }[] = []
    for (let call = 0; call < 6; call++) ({ left } = await ask())
    const there = left.filter(({ host }) => host === 'evil.example')
    expect(there.length).toBeGreaterThan(0)
    for (const { whole } of there) expect(whole).not.toMatch(FOR_MEMBERS)
  })

  it.each(['MESH_KEY', 'MESH_TRUST', 'ADMIN_TOKEN', 'OTLP_HEADERS'])(
    'cannot name %s as the secret of an address',
    async (secret) => {
      const credentials = { type: 'bearer', secret }
      const { status, text, left } = await given({ users: to({ url: MEMBER, credentials }) }).ask()
      expect([status >= 400, left]).toEqual([true, []])
      expect(text).not.toContain(mesh1.whole.d)
    },
  )

  it('can name others', async () => {
    const credentials = { type: 'bearer', secret: 'TEAM_TOKEN' }
    const { status, left } = await given({ users: to({ url: MEMBER, credentials }) }).ask()
    expect([status, left[0]?.whole.includes('Bearer of-a-team')]).toEqual([200, true])
  })
})
