/** A stolen token is worth something: none stands in an answer, a log, a span, a receipt or what is recorded of a call. */
import { inspect } from 'node:util'
import { CompactSign, importJWK } from 'jose'
import { beforeAll, describe, expect, it } from 'vitest'
import { receipts } from '../../../src/cloud.ts'
import type { LogEntry } from '../../../src/core/log.ts'
import type { Span } from '../../../src/core/span.ts'
import { proxy } from '../../../src/mesh/proxy.ts'
import { memoryRegistry, seeded } from '../../../src/testing.ts'
import { trust } from '../../../src/trust.ts'
import { decodeReceipt } from '../../../src/wire/receipt/decode.ts'
import { cryptoClock } from '../../support/crypto-clock.ts'
import { DOMAIN, type GivenKey, givenKey, givenOverride, givenToken } from '../../support/given-keys.ts'

const NOW_MS = 1_800_000_000_000
const ISSUER = 'https://id.example.com'

let mesh1: GivenKey
let theirs: GivenKey
beforeAll(async () => {
  mesh1 = await givenKey('mesh-1')
  theirs = await givenKey('their-1', {}, 'ES256')
})

async function guestToken(claims: object) {
  const said = { iss: ISSUER, aud: 'api', sub: 'acme', exp: NOW_MS / 1000 + 600, ...claims }
  const sign = new CompactSign(Buffer.from(JSON.stringify(said)))
  return sign.setProtectedHeader({ alg: 'ES256', kid: theirs.kid }).sign(await importJWK(theirs.whole, 'ES256'))
}

/** All that is told of a call, as text; and what was sent on, which is not told. */
async function told(headers: Record<string, string>, { name = 'users', method = 'GET', trusted = false } = {}) {
  const clock = cryptoClock(NOW_MS)
  const logged: LogEntry[] = []
  const spans: Span[] = []
  const sent: Headers[] = []
  const fetch = async (input: RequestInfo, init?: RequestInit) => {
    sent.push(new Request(input, init).headers)
    return new Response('ok')
  }
  const forward = proxy({
    registry: memoryRegistry({
      users: { endpoints: [{ binding: 'USERS' }] },
      'users@pr-1': { endpoints: [{ binding: 'USERS' }] },
      away: { endpoints: ['https://away.example.com'] },
      closed: {
        endpoints: [{ binding: 'USERS' }],
        access: { default: 'deny', rules: [{ name: 'none', effect: 'allow', callers: ['nobody'] }] },
      },
      audited: { endpoints: [{ binding: 'USERS' }], access: { default: 'deny', mode: 'audit' } },
    }),
    env: { USERS: { fetch } },
    fetch: fetch as typeof globalThis.fetch,
    clock,
    random: seeded(7),
    receipts,
    sink: { span: (span) => spans.push(span) },
    log: (entry) => logged.push(entry),
    trust: trust({
      domain: DOMAIN,
      keys: { keys: [mesh1.open] },
      key: mesh1.secret,
      members: ['away.example.com'],
      issuers: [
        { issuer: ISSUER, audiences: ['api'], jwks: { keys: [theirs.open] }, algorithms: ['ES256'], under: 'partners' },
      ],
    }),
  })
  const identify = () => ({ name, path: '/' })
  const request = new Request(`http://${name}/`, { method, headers: { ...headers, 'selvedge-explain': '1' } })
  const answer = await clock.run(forward(request, { trusted, identify, defer: () => {} }))
  const { status } = answer
  const receipt = answer.headers.get('selvedge-receipt')
  const seen = receipt && decodeReceipt(receipt)
  const text = await answer.text()
  const whole = inspect({ status, headers: [...answer.headers], text, logged, spans, seen }, { depth: 20 })
  return { whole, status, sent, logged, spans, seen }
}

describe('a token', () => {
  const good = () => givenToken(mesh1, NOW_MS)
  const CASES: Record<string, () => Promise<readonly [string, Record<string, string>]>> = {
    'of a member': async () => of(await good(), (text) => ({ 'selvedge-identity': text })),
    'of a member, for another': async () =>
      of(await givenToken(mesh1, NOW_MS, { claims: { aud: 'billing' } }), (text) => ({ 'selvedge-identity': text })),
    'of a member, with another kid': async () =>
      of(await givenToken(mesh1, NOW_MS, { header: { kid: 'mesh-9' } }), (text) => ({ 'selvedge-identity': text })),
    'of a guest': async () => of(await guestToken({}), (text) => ({ authorization: `Bearer ${text}` })),
    'of a guest, expired': async () =>
      of(await guestToken({ exp: NOW_MS / 1000 - 60 }), (text) => ({ authorization: `Bearer ${text}` })),
    'that swaps a name': async () =>
      of(await givenOverride(mesh1, NOW_MS), (text) => ({ baggage: `selvedge-override=${text}` })),
    'that swaps a name for one that is not there': async () =>
      of(await givenOverride(mesh1, NOW_MS, { claims: { o: { users: 'users@pr-9' } } }), (text) => ({
        baggage: `selvedge-override=${text}`,
      })),
  }
  const of = (text: string, headersOf: (text: string) => Record<string, string>) => [text, headersOf(text)] as const

  it.each(Object.entries(CASES))('%s is told by nothing', async (_, made) => {
    const [text, headers] = await made()
    for (const name of ['users', 'closed', 'audited']) {
      for (const method of ['GET', 'POST']) {
        for (const trusted of [false, true]) {
          const { whole, spans } = await told(headers, { name, method, trusted })
          expect(spans.length).toBeGreaterThan(0)
          for (const part of text.split('.')) expect(whole, `${name} ${method}`).not.toContain(part)
        }
      }
    }
  })

  it('that this mesh signs goes to its receiver, and is told by nothing either', async () => {
    const { whole, sent, seen } = await told(
      { 'selvedge-identity': await givenToken(mesh1, NOW_MS, { claims: { aud: 'away' } }) },
      { name: 'away' },
    )
    const text = sent[0]?.get('selvedge-identity') ?? ''
    expect([text.split('.').length, seen !== null]).toEqual([3, true])
    for (const part of text.split('.')) expect(whole).not.toContain(part)
  })
})
