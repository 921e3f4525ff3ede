/** Sessions whose tickets are sealed, and what a ticket that is not may do. */
import { describe, expect, it } from 'vitest'
import { createTestMesh, type TestService } from '../../src/testing.ts'
import { givenSeal } from '../support/given.ts'

const COOKIE = { cookie: { name: 'sid' } }
const pairOf = (response: Response) => (response.headers.get('set-cookie') ?? '').split(';')[0] as string

/** `shop` with a rule of two backends, of these weights. */
function ofBackends(sessionKeys: string[] | undefined, session: object = COOKIE) {
  const backends: Record<string, TestService> = { v1: () => new Response('v1'), v2: () => new Response('v2') }
  const mesh = createTestMesh(backends, sessionKeys && { seal: givenSeal(sessionKeys) })
  const weigh = async (v1: number, v2: number) => {
    const backendRefs = [
      { name: 'v1', weight: v1 },
      { name: 'v2', weight: v2 },
    ]
    mesh.registry.set('shop', { rules: [{ name: 'all', sessionPersistence: session, backendRefs }] })
    await mesh.clock.advance(6000)
    await mesh.clock.run(mesh.fetch('http://shop/').catch(() => {}))
    await mesh.clock.advance(1)
  }
  const get = (headers: Record<string, string> = {}) => mesh.clock.run(mesh.fetch('http://shop/', { headers }))
  return { mesh, weigh, get }
}

/** The ticket that a mesh with these keys gives for `v1`. */
async function ticketOf(sessionKeys: string[] | undefined): Promise<string> {
  const { weigh, get } = ofBackends(sessionKeys)
  await weigh(1, 0)
  return pairOf(await get())
}

describe('a session of a backend of weight 0', () => {
  it('goes on where its ticket is sealed', async () => {
    const { weigh, get } = ofBackends(['key'])
    await weigh(1, 0)
    const cookie = pairOf(await get())
    await weigh(0, 1)
    for (let count = 0; count < 10; count++) {
      const again = await get({ cookie })
      expect([await again.text(), again.headers.get('set-cookie')]).toEqual(['v1', null])
      expect(await (await get()).text()).toBe('v2')
    }
  })

  it.each([
    ['of a mesh without keys', undefined, undefined],
    ['without a seal', undefined, ['key']],
    ['sealed with a key that is known no more', ['old'], ['key']],
    ['sealed, to a mesh without keys', ['key'], undefined],
  ])('begins anew where its ticket is %s', async (_, before, now) => {
    const cookie = await ticketOf(before)
    const { weigh, get } = ofBackends(now)
    await weigh(0, 1)
    const moved = await get({ cookie })
    expect(await moved.text()).toBe('v2')
    expect(pairOf(moved)).toMatch(/^sid=/)
  })

  it('goes on while its key is among those that are known, and is sealed by the first when it begins', async () => {
    const cookie = await ticketOf(['old'])
    const turned = ofBackends(['new', 'old'])
    await turned.weigh(0, 1)
    expect(await (await turned.get({ cookie })).text()).toBe('v1')
    const begun = pairOf(await turned.get())
    const after = ofBackends(['new'])
    await after.weigh(1, 0)
    expect(await (await after.get({ cookie: begun })).text()).toBe('v2')
  })

  it.each([
    ['its backend', 1],
    ['its endpoint', 2],
    ['its end', 3],
    ['its seal', 4],
  ])('is not reached by a ticket of which %s was changed', async (_, part) => {
    const [, value = ''] = (await ticketOf(['key'])).split('=')
    const parts = value.split('.')
    expect(parts).toHaveLength(5)
    // That of the backend of weight 0 all the same: its mark can be known.
    if (part === 1) parts[4] = '0'.repeat(32)
    else parts[part] = part === 3 ? 'zzzzzzzzz' : `${parts[part]}0`.slice(1)
    const { weigh, get } = ofBackends(['key'])
    await weigh(0, 1)
    expect(await (await get({ cookie: `sid=${parts.join('.')}` })).text()).toBe('v2')
  })

  it('is found among tickets that fit nothing, four of them at most', async () => {
    const cookie = await ticketOf(['key'])
    const [own] = (cookie.split('=')[1] as string).split('.')
    const forged = Array.from({ length: 3 }, (_, index) => `sid=${own}.a.b..${index}`)
    const { weigh, get } = ofBackends(['key'])
    await weigh(0, 1)
    expect(await (await get({ cookie: [...forged, cookie].join('; ') })).text()).toBe('v1')
    expect(await (await get({ cookie: [...forged, 'sid=a', ...forged, cookie].join('; ') })).text()).toBe('v2')
  })
})

describe('a session of a backend that has a weight', () => {
  it.each([
    ['without keys', undefined],
    ['with keys, of which its ticket knows none', ['key']],
  ])('goes on with a ticket that has no seal: %s', async (_, keys) => {
    const cookie = await ticketOf(undefined)
    const { weigh, get } = ofBackends(keys)
    await weigh(1, 1)
    for (let count = 0; count < 10; count++) {
      const again = await get({ cookie })
      expect(await again.text()).toBe('v1')
      // With keys it gets the seal that it lacks.
      expect(pairOf(again) === '').toBe(keys === undefined)
    }
  })

  it('by header has a seal, too', async () => {
    const header = { type: 'Header', header: { name: 'x-session' } }
    const { weigh, get } = ofBackends(['key'], header)
    await weigh(1, 0)
    const session = (await get()).headers.get('x-session') as string
    expect(session.split('.')).toHaveLength(5)
    await weigh(0, 1)
    expect(await (await get({ 'x-session': session })).text()).toBe('v1')
  })
})

describe('a session of an endpoint of weight 0', () => {
  /** One record, two endpoints. */
  async function ofEndpoints(sessionKeys: string[] | undefined, first: () => Response = () => new Response('one')) {
    const mesh = createTestMesh(
      { pair: [first, () => new Response('other')] },
      sessionKeys && { seal: givenSeal(sessionKeys) },
    )
    const bindings = ['SERVICE_0', 'SERVICE_1']
    const weigh = async (...weights: number[]) => {
      const endpoints = bindings.map((binding, index) => ({ binding, weight: weights[index] }))
      mesh.registry.set('pair', { endpoints, retryConstraint: 'off' })
      await mesh.clock.advance(6000)
      await mesh.clock.run(mesh.fetch('http://shop/'))
      await mesh.clock.advance(1)
    }
    mesh.registry.set('shop', { rules: [{ sessionPersistence: COOKIE, backendRefs: [{ name: 'pair' }] }] })
    const get = (headers: Record<string, string> = {}) => mesh.clock.run(mesh.fetch('http://shop/', { headers }))
    await weigh(1, 0)
    const cookie = pairOf(await get())
    await weigh(0, 1)
    return { get, cookie }
  }

  it('goes on where its ticket is sealed, and nobody else comes there', async () => {
    const { get, cookie } = await ofEndpoints(['key'])
    for (let count = 0; count < 10; count++) {
      expect(await (await get({ cookie })).text()).toBe('one')
      expect(await (await get()).text()).toBe('other')
    }
  })

  it('begins anew where it is not', async () => {
    const { get, cookie } = await ofEndpoints(undefined)
    expect(await (await get({ cookie })).text()).toBe('other')
  })

  it('begins anew where the endpoint fails, once it is known', async () => {
    let isBroken = false
    const calls: boolean[] = []
    const { get, cookie } = await ofEndpoints(['key'], () => {
      calls.push(isBroken)
      return new Response('one', { status: isBroken ? 503 : 200 })
    })
    isBroken = true
    const moved = await get({ cookie })
    expect(await moved.text()).toBe('other')
    expect(pairOf(moved)).not.toBe(cookie)
    expect(calls.filter(Boolean)).toHaveLength(1)
  })
})
