/** What an endpoint says in the mesh's own headers reaches the caller only where that was decided. */
import { describe, expect, it } from 'vitest'
import { splitUrl } from '../../src/mesh/called-host.ts'
import { proxy } from '../../src/mesh/proxy.ts'
import { createTestMesh, memoryRegistry, seeded, type TestHandler } from '../../src/testing.ts'
import { quickClock, upstream } from '../support/upstream.ts'

const ALL = {
  'selvedge-error': 'overloaded',
  'selvedge-retryable': 'false',
  'selvedge-retries-used': '0',
  'selvedge-attempt': '7',
  'selvedge-receipt': 'everything',
  'x-kept': '1',
}

/** A proxy over one endpoint that answers so. */
function given(users: TestHandler, policy: object = {}) {
  const clock = quickClock()
  const env = { USERS: { fetch: async (url: string, init: RequestInit) => users(new Request(url, init)) } }
  const registry = memoryRegistry({ users: { endpoints: [{ binding: 'USERS' }], ...policy } })
  const forward = proxy({ registry, env, clock, random: seeded(7), log: 'off' })
  const ask = (headers: Record<string, string>, trusted: boolean) => {
    const identify = () => ({ name: 'users', path: splitUrl('http://users/').path })
    return clock.run(forward(new Request('http://users/', { headers }), { trusted, defer: () => {}, identify }))
  }
  return { ask }
}

const ownOf = (response: Response) => [...response.headers.keys()].filter((name) => name.startsWith('selvedge-'))

describe('an answer of an endpoint', () => {
  const settling = () => new Response('ok', { headers: { 'selvedge-retries-used': '0' } })

  it('tells a stranger nothing of the retries beneath', async () => {
    const { ask } = given(upstream(settling))
    expect(ownOf(await ask({}, false))).toEqual([])
    expect(ownOf(await ask({}, true))).toEqual([])
  })

  it('settles what a caller granted with the sum, whatever the endpoint said of its own', async () => {
    const used = (status: number) => () => new Response(null, { status, headers: { 'selvedge-retries-used': '1' } })
    const { ask } = given(upstream(used(503), used(200)))
    const response = await ask({ 'selvedge-retry-allowance': '5' }, true)
    expect(response.headers.get('selvedge-retries-used')).toBe('3')
  })

  it('is accounted for in a rule that bounds each attempt, too', async () => {
    const users = upstream(() => new Response('ok', { headers: { 'selvedge-retries-used': '2' } }))
    const { ask } = given(users, { timeouts: { backendRequest: '1s' } })
    const response = await ask({ 'selvedge-retry-allowance': '5' }, true)
    expect(response.headers.get('selvedge-retries-used')).toBe('2')
    await ask({ 'selvedge-retry-allowance': '5' }, true)
    // It settles, so that it is lent again: all but one.
    expect(users.requests.at(-1)?.headers.get('selvedge-retry-allowance')).toBe('4')
  })

  it('says that a mesh failed it, and nothing else under the prefix', async () => {
    const { ask } = given(() => new Response(null, { status: 503, headers: ALL }))
    expect(ownOf(await ask({}, true))).toEqual(['selvedge-error', 'selvedge-retryable'])
    expect(ownOf(await ask({}, false))).toEqual(['selvedge-error', 'selvedge-retryable'])
  })

  it('goes by untouched where it says nothing of the kind', async () => {
    const answer = new Response('ok', { headers: { 'x-kept': '1' } })
    const { ask } = given(() => answer)
    expect(await ask({}, false)).toBe(answer)
  })

  it('shows the code that called it none of it, nor whom that hands it to', async () => {
    const mesh = createTestMesh({ users: () => new Response('ok', { headers: ALL }) })
    const response = await mesh.clock.run(mesh.fetch('http://users/'))
    expect(ownOf(response)).toEqual(['selvedge-error', 'selvedge-retryable'])
    expect(response.headers.get('x-kept')).toBe('1')
    const front = mesh.serve({ fetch: () => mesh.fetch('http://users/') })
    const ctx = { waitUntil() {} } as unknown as ExecutionContext
    expect(ownOf(await mesh.clock.run(Promise.resolve(front.fetch(new Request('http://front/'), {}, ctx))))).toEqual([
      'selvedge-error',
      'selvedge-retryable',
    ])
  })
})
