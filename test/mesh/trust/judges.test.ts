/** Real issuers on loopback judge the mesh: oidc-provider by the access tokens that it issues, oauth2-mock-server by keys that turn. */
import { OAuth2Server } from 'oauth2-mock-server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { LogEntry } from '../../../src/core/log.ts'
import type { WrittenIssuer } from '../../../src/features/identity/issuer-policy.ts'
import { proxy } from '../../../src/mesh/proxy.ts'
import { memoryRegistry } from '../../../src/testing.ts'
import { trust } from '../../../src/trust.ts'
import { DOMAIN } from '../../support/given-keys.ts'
import { type PartnerOidc, startPartnerOidc } from '../../support/partner-oidc.js'

const API = 'https://api.example.com'

function given(issuer: WrittenIssuer, fetch?: typeof globalThis.fetch) {
  const sent: Headers[] = []
  const logged: LogEntry[] = []
  const enter = proxy({
    registry: memoryRegistry({ orders: { endpoints: [{ binding: 'ORDERS' }] } }),
    env: {
      ORDERS: {
        fetch: async (_: string, { headers }: RequestInit) => {
          sent.push(new Headers(headers))
          return new Response('ok')
        },
      },
    },
    log: (entry) => logged.push(entry),
    trust: trust({ domain: DOMAIN, issuers: [issuer] }),
    ...(fetch && { fetch }),
  })
  const ask = async (token: string) => {
    const request = new Request('http://orders/', { headers: { authorization: `Bearer ${token}` } })
    const identify = () => ({ name: 'orders', path: '/' })
    const answer = await enter(request, { trusted: false, identify, defer: (work) => void work })
    return [answer.status, sent.at(-1)?.get('selvedge-caller'), answer.headers.get('www-authenticate')]
  }
  return { ask, sent, logged }
}

describe('oidc-provider', () => {
  let oidc: PartnerOidc
  beforeAll(async () => {
    oidc = await startPartnerOidc()
  })
  afterAll(() => oidc.close())

  const issuer = (): WrittenIssuer => ({
    issuer: oidc.issuer,
    audiences: [API],
    jwks: oidc.jwks,
    algorithms: ['RS256'],
    under: 'partners',
    caller: { claim: 'client_id', names: { [oidc.clientId]: 'acme' } },
    headers: { 'x-client': 'client_id', 'x-scope': 'scope' },
  })

  it('issues an access token (RFC 9068) by which its client is a guest', async () => {
    const { ask, sent } = given(issuer())
    expect(await ask(await oidc.token(API))).toEqual([200, 'acme.partners', null])
    expect([sent[0]?.get('x-client'), sent[0]?.get('x-scope')]).toEqual([oidc.clientId, 'orders:read'])
  })

  it('issues one for another resource, which is refused', async () => {
    const { ask } = given(issuer())
    const [status, , challenge] = await ask(await oidc.token('https://other.example.com'))
    expect([status, challenge]).toEqual([401, expect.stringContaining('for another audience')])
  })
})

describe('oauth2-mock-server', () => {
  const server = new OAuth2Server()
  beforeAll(async () => {
    await server.issuer.keys.generate('RS256', { kid: 'one' })
    await server.start(0, '127.0.0.1')
  })
  afterAll(() => server.stop())

  const token = (kid: string) =>
    server.issuer.buildToken({
      kid,
      scopesOrTransform: (_, payload) => Object.assign(payload, { aud: API, sub: 'acme' }),
    })

  it('turns its key: tokens of either are taken, and an issuer that is gone refuses nobody', async () => {
    const { url = '' } = server.issuer
    const asked: string[] = []
    let isGone = false
    const counting = (async (input: string, init?: RequestInit) => {
      asked.push(input)
      return isGone ? new Response(null, { status: 500 }) : fetch(input, init)
    }) as typeof fetch
    const issuer: WrittenIssuer = {
      issuer: url,
      audiences: [API],
      jwks: `${url}/jwks`,
      algorithms: ['RS256', 'ES256'],
      under: 'partners',
    }
    const first = given(issuer, counting)
    expect(await first.ask(await token('one'))).toEqual([200, 'acme.partners', null])
    expect(asked).toEqual([`${url}/jwks`])

    await server.issuer.keys.generate('ES256', { kid: 'two' })
    // Another isolate has both; the first one asks once more in half a minute at the soonest.
    const second = given(issuer, counting)
    for (const kid of ['one', 'two']) expect(await second.ask(await token(kid))).toEqual([200, 'acme.partners', null])
    expect(asked.length).toBe(2)

    isGone = true
    for (const { ask } of [first, second]) expect(await ask(await token('one'))).toEqual([200, 'acme.partners', null])
    const [status, , challenge] = await given(issuer, counting).ask(await token('one'))
    expect([status, challenge]).toEqual([503, null])
  })
})
