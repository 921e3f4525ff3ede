/** The ten records of docs/routing.md, as they stand there. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { sleep } from '../../src/core/time/clock.ts'
import { createTestMesh } from '../../src/testing.ts'

const text = readFileSync(new URL('../../docs/routing.md', import.meta.url), 'utf8')
const records = new Map(
  [...text.matchAll(/^## (.+?)\n[\s\S]*?```json\n([\s\S]*?)```/gm)].map(([, title = '', json = '']) => [title, json]),
)

/** A shop under this record; every backend answers with its name and the path that it was asked for. */
function given(title: string) {
  const calls: string[] = []
  const backend = (name: string) => async (request: Request) => {
    const { pathname } = new URL(request.url)
    calls.push(name)
    if (pathname === '/slow') await sleep(mesh.clock, 5000)
    return new Response(`${name} ${pathname}`, { status: dead.has(name) ? 503 : 200 })
  }
  const names = ['shop-v1', 'shop-v2', 'shop-blue', 'shop-green', 'shop-eu', 'shop-us']
  const dead = new Set<string>()
  const mesh = createTestMesh(Object.fromEntries(names.map((name) => [name, backend(name)])))
  mesh.registry.set('shop', records.get(title) as string)
  const get = (path = '/', init: RequestInit = {}) => mesh.clock.run(mesh.fetch(`http://shop${path}`, init))
  const who = async (path?: string, init?: RequestInit) => (await get(path, init)).text()
  return { calls, dead, get, who, clock: mesh.clock }
}

describe('docs/routing.md', () => {
  it('has ten records', () => {
    expect([...records.keys()]).toEqual([
      'Canary',
      'By header',
      'Blue and green',
      'Mirror',
      'Rewrite',
      'Redirect',
      'CORS',
      'Failover',
      'Sticky',
      'Timeouts',
    ])
  })

  it('canary: one request in twenty', async () => {
    const { calls, get } = given('Canary')
    for (let call = 0; call < 400; call++) await get()
    expect(calls.filter((name) => name === 'shop-v2').length).toBeGreaterThanOrEqual(18)
    expect(calls.filter((name) => name === 'shop-v2').length).toBeLessThanOrEqual(22)
  })

  it('by header: whoever says so', async () => {
    const { who } = given('By header')
    expect(await who()).toBe('shop-v1 /')
    expect(await who('/', { headers: { 'x-version': 'next' } })).toBe('shop-v2 /')
  })

  it('blue and green: all of it', async () => {
    const { calls, get } = given('Blue and green')
    for (let call = 0; call < 20; call++) await get()
    expect(new Set(calls)).toEqual(new Set(['shop-green']))
  })

  it('mirror: a copy of each, and the answer of the first', async () => {
    const { calls, who } = given('Mirror')
    expect(await who()).toBe('shop-v1 /')
    expect(calls.toSorted()).toEqual(['shop-v1', 'shop-v2'])
  })

  it('rewrite: the prefix stays outside', async () => {
    const { who } = given('Rewrite')
    expect(await who('/shop/7')).toBe('shop-v1 /7')
    expect(await who('/shop')).toBe('shop-v1 /')
  })

  it('redirect: the new address', async () => {
    const { get, who } = given('Redirect')
    const response = await get('/old/7')
    expect([response.status, response.headers.get('location')]).toEqual([301, 'http://shop/new/7'])
    expect(await who('/new/7')).toBe('shop-v1 /new/7')
  })

  it('CORS: a preflight reaches nobody', async () => {
    const { calls, get } = given('CORS')
    const origin = 'https://app.example.com'
    const preflight = await get('/', { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'PUT' } })
    expect([preflight.status, preflight.headers.get('access-control-allow-origin'), calls]).toEqual([204, origin, []])
    expect((await get('/', { headers: { origin } })).headers.get('access-control-allow-origin')).toBe(origin)
  })

  it('failover: away from a service that is dead, and back', async () => {
    const { dead, get, who, clock } = given('Failover')
    expect(await who()).toBe('shop-eu /')
    dead.add('shop-eu')
    for (let call = 0; call < 3; call++) await get()
    expect(await who()).toBe('shop-us /')
    await clock.advance(4000)
    expect(await who()).toBe('shop-us /')
    dead.clear()
    await clock.advance(1100)
    expect(await who()).toBe('shop-eu /')
  })

  it('sticky: the version of the first visit', async () => {
    const { calls, get } = given('Sticky')
    const cookie = (await get()).headers.getSetCookie()[0]?.split(';', 1)[0] as string
    expect(cookie).toMatch(/^shop=/)
    for (let visit = 0; visit < 20; visit++) await get('/', { headers: { cookie } })
    expect(new Set(calls).size).toBe(1)
  })

  it('timeouts: one more attempt, and an end', async () => {
    const { calls, get, who } = given('Timeouts')
    await expect(get('/slow')).rejects.toMatchObject({ code: 'attempt_timed_out' })
    expect(calls).toHaveLength(2)
    expect(await who('/quick')).toBe('shop-v1 /quick')
  })
})
