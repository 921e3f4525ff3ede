/** Outside `serve` and `for`, headers that may be another request's say nothing of priority and overrides. */
import { describe, expect, it } from 'vitest'
import { createTestMesh } from '../../src/testing.ts'
import { upstream } from '../support/upstream.ts'

const ctx = { waitUntil() {}, passThroughOnException() {}, props: {} } as unknown as ExecutionContext
const SAID = {
  'selvedge-priority': 'critical',
  'selvedge-retry-allowance': '9',
  'selvedge-attempt': '7',
  'selvedge-timeout-ms': '700',
  'selvedge-error': 'internal',
  baggage: 'user=7,selvedge-override=users@pr-1',
  'x-own': '1',
}
const stranger = () => new Request('http://front/', { headers: SAID })
const URL = 'http://users/'

function given() {
  const users = upstream(200)
  const mesh = createTestMesh({ users })
  const sent = () => {
    const headers = users.requests.at(-1)?.headers
    return ['selvedge-priority', 'selvedge-retry-allowance', 'selvedge-attempt', 'baggage', 'x-own'].map(
      (name) => headers?.get(name) ?? null,
    )
  }
  return { mesh, users, sent }
}

type MeshFetch = ReturnType<typeof createTestMesh>['fetch']
const COPIES: Record<string, (fetch: MeshFetch) => Promise<Response>> = {
  'a Request made of it': (fetch) => fetch(new Request(URL, stranger())),
  'the request itself': (fetch) => fetch(new Request(URL, { headers: SAID })),
  'the request as init': (fetch) => fetch(URL, stranger()),
  'its Headers': (fetch) => fetch(URL, { headers: stranger().headers }),
  'Headers made of its own': (fetch) => fetch(URL, { headers: new Headers(stranger().headers) }),
  'a Request, and other headers': (fetch) =>
    fetch(stranger().url.replace('front', 'users'), { headers: new Headers(SAID) }),
}

describe('a call that passes a request on, outside serve and for', () => {
  it.each(Object.keys(COPIES))('takes nothing that raises it: %s', async (name) => {
    const { mesh, users, sent } = given()
    await COPIES[name]?.(mesh.fetch)
    expect(sent()).toEqual([null, '2', '1', 'user=7', '1'])
    // What shortens is taken.
    expect(users.requests[0]?.headers.get('selvedge-timeout-ms')).toBe('695')
  })

  it.each([
    ['names and values', SAID],
    ['pairs of them', Object.entries(SAID)],
  ])('says what its own code writes as %s', async (_, headers) => {
    const { mesh, sent } = given()
    await mesh.fetch(URL, { headers: headers as Record<string, string> })
    expect(sent()).toEqual(['critical', '2', '1', SAID.baggage, '1'])
  })

  it.each(Object.keys(COPIES))('within serve is believed as far as the request that is served: %s', async (name) => {
    for (const [trusted, expected] of [
      [true, ['critical', '2', '1', SAID.baggage, '1']],
      [false, [null, '2', '1', 'user=7', '1']],
    ] as const) {
      const { mesh, sent } = given()
      const served = mesh.serve(
        { fetch: async () => (await COPIES[name]?.(mesh.fetch)) ?? new Response() },
        { trust: () => trusted },
      )
      await served.fetch(stranger(), {}, ctx)
      const [priority, , ...others] = sent()
      const [wanted, , ...rest] = expected
      expect([priority, ...others]).toEqual([wanted, ...rest])
    }
  })
})
