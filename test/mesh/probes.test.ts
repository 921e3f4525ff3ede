/** Who probes an endpoint, or a service, that was left alone, and when. In virtual time. */
import { describe, expect, it } from 'vitest'
import type { Place } from '../../src/core/locality.ts'
import { receipt } from '../../src/core/receipt.ts'
import { createTestMesh, memoryRegistry } from '../../src/testing.ts'
import { pickHeaders } from '../../src/wire/picked.ts'
import { LOAD_BALANCERS } from '../contracts/balancer.ts'
import { pause, quickClock } from '../support/upstream.ts'
import { world } from '../support/worlds.ts'

const names = ['a', 'b', 'c', 'd']
const urlOf = (name: string) => `https://${name}.example.com`

/** Four endpoints, of which `a` fails until it is told not to; it is ejected for a second. */
async function given(policy: object, endpoints: readonly (string | object)[] = names.map(urlOf)) {
  let isBroken = true
  const clock = quickClock()
  const registry = memoryRegistry({
    users: { endpoints, outlierDetection: { baseEjection: '1s' }, retry: { attempts: 0 }, ...policy },
  })
  const subject = world(
    {},
    async (_, { endpoint, work }) => {
      await pause(clock, 2, work.signal)
      return new Response(null, { status: isBroken && endpoint.id === urlOf('a') ? 503 : 200 })
    },
    { registry, clock },
  )
  /** Where a call goes, and what it is answered. */
  const call = async (headers: Record<string, string> = {}, place?: Place) => {
    const told = receipt()
    const request = new Request('http://users/', { headers })
    const over = { receipt: told, headers: pickHeaders(request.headers), place: () => place }
    const { status } = await clock.run(subject.call(over, request))
    return `${told.attempts.map(({ endpoint }) => endpoint.slice('https://'.length, -'.example.com'.length))} ${status}`
  }
  const isOut = async () => {
    const { candidates } = await subject.users()
    return candidates.some(({ health }) => health !== undefined && health.ejections > 0)
  }
  const eject = async (headers?: () => Record<string, string>, place?: Place) => {
    // The load keeps calls away from one that has failed: other calls find it again when that is forgotten.
    for (let made = 0; made < 2000 && !(await isOut()); made++) {
      await call(headers?.(), place)
      await clock.advance(100)
    }
    expect(await isOut()).toBe(true)
    const [a] = (await subject.users()).candidates
    await clock.advance(Math.max(0, (a?.health?.until ?? 0) - clock.now()))
  }
  return { ...subject, clock, call, eject, isOut, mend: () => (isBroken = false), spoil: () => (isBroken = true) }
}

describe('an endpoint whose time is up', () => {
  it.each(LOAD_BALANCERS)('is asked by the next call, whatever the balancer thinks of it: %j', async (loadBalancer) => {
    const { call, eject, mend, isOut, clock } = await given({ loadBalancer })
    await eject()
    expect(await call()).toBe('a 503')
    expect(await call()).not.toContain('a')
    mend()
    await clock.advance(2000)
    expect(await call()).toBe('a 200')
    expect(await isOut()).toBe(false)
  })

  it('is asked once, though many calls come at once', async () => {
    const { eject, clock, call } = await given({})
    await eject()
    const all = await Promise.all(Array.from({ length: 20 }, () => call()))
    expect(all.filter((where) => where.includes('a'))).toHaveLength(1)
    expect(clock.pending).toBe(0)
  })

  it('is asked for a key that belongs to it, and for no other', async () => {
    const { call, eject, mend, spoil } = await given({ loadBalancer: { ringHash: { header: 'x-user' } } })
    mend()
    const users = Array.from({ length: 40 }, (_, index) => `user-${index}`)
    const homes = new Map<string, string>()
    for (const user of users) homes.set(user, (await call({ 'x-user': user }))[0] as string)
    const ofA = users.find((user) => homes.get(user) === 'a') as string
    spoil()
    await eject(() => ({ 'x-user': ofA }))
    mend()
    for (const user of users.filter((user) => homes.get(user) !== 'a')) {
      expect(await call({ 'x-user': user }), user).toBe(`${homes.get(user)} 200`)
    }
    expect(await call({ 'x-user': ofA })).toBe('a 200')
  })

  it('is asked by callers near it, and not by those who have others nearer', async () => {
    const endpoints = names.map((name, index) => ({ url: urlOf(name), locality: index < 2 ? 'EU' : 'NA' }))
    const { call, eject, mend } = await given({}, endpoints)
    const eu = { colo: 'AMS', continent: 'EU' }
    const na = { colo: 'IAD', continent: 'NA' }
    await eject(undefined, eu)
    mend()
    for (let made = 0; made < 5; made++) expect(await call({}, na)).toMatch(/^[cd] 200$/)
    expect(await call({}, eu)).toBe('a 200')
  })

  it('is not asked by a retry in place of one that is well', async () => {
    const { subject, clock, states } = await retried()
    const told = receipt()
    await clock.run(subject.call({ receipt: told }))
    // The first attempt is the probe; its retry goes to one that is well.
    expect(told.attempts.map(({ endpoint }) => endpoint)).toEqual([urlOf('a'), expect.not.stringContaining(urlOf('a'))])
    expect(states.a).toBe(503)
  })

  /** `a` is ejected and its time is up; retries are made. */
  async function retried() {
    const clock = quickClock()
    const states: Record<string, number> = { a: 503 }
    const subject = world(
      { endpoints: names.map(urlOf), outlierDetection: { baseEjection: '1s', consecutive: 1 }, retryConstraint: 'off' },
      async (_, { endpoint }) => new Response(null, { status: states[endpoint.id.slice(8, 9)] ?? 200 }),
      { clock },
    )
    const { candidates } = await subject.users()
    for (let made = 0; made < 200 && !candidates[0]?.health; made++) await clock.run(subject.call())
    await clock.advance(1000)
    return { subject, clock, states }
  }
})

describe('a service whose time is up', () => {
  /** `users` is `eu`, or else `us`; `eu` fails until it is told not to. */
  function aliased(rules: object = {}) {
    let isBroken = true
    const calls = { eu: 0 }
    const mesh = createTestMesh({
      eu: {
        endpoints: [
          () => {
            calls.eu += 1
            return new Response('eu', { status: isBroken ? 503 : 200 })
          },
        ],
        retry: { attempts: 0 },
        ...rules,
      },
      us: { endpoints: [() => new Response('us')], ...rules },
    })
    mesh.registry.set('users', { alias: ['eu', 'us'] })
    const call = async (path = '', init?: RequestInit) => {
      const response = await mesh.clock.run(mesh.fetch(`http://users/${path}`, init))
      return response.ok ? response.text() : `${response.status}`
    }
    return { mesh, calls, call, mend: () => (isBroken = false) }
  }

  it('is not probed by a preflight, which loses it for no more than a tenth of a second', async () => {
    const cors = { type: 'CORS', cors: { allowOrigins: ['https://shop.example'], allowMethods: ['PUT'] } }
    const { mesh, call, calls, mend } = aliased({ rules: [{ filters: [cors] }] })
    for (let made = 0; made < 3; made++) expect(await call()).toBe('503')
    expect(await call()).toBe('us')
    mend()
    await mesh.clock.advance(5000)
    const before = calls.eu
    const headers = { origin: 'https://shop.example', 'access-control-request-method': 'PUT' }
    const preflight = await mesh.clock.run(mesh.fetch('http://users/', { method: 'OPTIONS', headers }))
    expect([preflight.headers.get('access-control-allow-origin'), calls.eu]).toEqual(['https://shop.example', before])
    await mesh.clock.advance(100)
    expect(await call()).toBe('eu')
  })

  it('is probed by one call of many that come at once', async () => {
    const { mesh, call, calls } = aliased()
    for (let made = 0; made < 3; made++) await call()
    await mesh.clock.advance(5000)
    const before = calls.eu
    await mesh.clock.run(Promise.all(Array.from({ length: 50 }, () => mesh.fetch('http://users/'))))
    expect(calls.eu - before).toBe(1)
  })

  it('is probed by a call that asks for it by its own name', async () => {
    const { mesh, call, mend } = aliased()
    for (let made = 0; made < 3; made++) await call()
    await mesh.clock.advance(5000)
    mend()
    await mesh.clock.run(mesh.fetch('http://eu/'))
    expect(await call()).toBe('eu')
  })
})

describe('detection that is switched off', () => {
  it('readmits endpoints and service at once, and begins anew when it is switched on', async () => {
    let isBroken = true
    const asked: string[] = []
    const endpoint = (name: string, breaks: boolean) => () => {
      asked.push(name)
      return new Response(name, { status: breaks && isBroken ? 503 : 200 })
    }
    const mesh = createTestMesh(
      { eu: [endpoint('a', true), endpoint('b', true)], us: [endpoint('c', false)] },
      { freshMs: 0 },
    )
    const endpoints = [{ binding: 'SERVICE_0' }, { binding: 'SERVICE_1' }]
    const write = (more: object) =>
      mesh.registry.set('eu', { endpoints, retry: { attempts: 0 }, loadBalancer: 'round-robin', ...more })
    mesh.registry.set('users', { alias: ['eu', 'us'] })
    write({})
    const calls = async (count: number) => {
      asked.length = 0
      for (let made = 0; made < count; made++) {
        await mesh.clock.run(mesh.fetch('http://users/'))
        await mesh.clock.advance(10)
      }
      return asked.join('')
    }
    expect(await calls(8)).toMatch(/^[ab]{3,6}c+$/)
    write({ outlierDetection: { maxEjectionPercent: 0 } })
    await calls(1)
    expect(new Set(await calls(6))).toEqual(new Set('ab'))
    isBroken = false
    write({})
    await calls(1)
    expect(new Set(await calls(6))).toEqual(new Set('ab'))
  })
})
