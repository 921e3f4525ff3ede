/** A name that stands for several services: by their health, in virtual time. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createTestMesh } from '../../src/testing.ts'

type Region = 'eu' | 'us'

/** `users` is `users-eu`, or else `users-us`; each has so many endpoints, which answer as told. */
function given({
  endpoints = 1,
  eu = {},
  us = {},
  seed = 1,
  poison,
}: {
  endpoints?: number
  eu?: object
  us?: object
  seed?: number
  /** The first segment of paths that are answered with 500. */
  poison?: string
} = {}) {
  const status: Record<Region, number> = { eu: 200, us: 200 }
  const calls: Record<Region, number> = { eu: 0, us: 0 }
  const serve = (region: Region) => (request: Request) => {
    calls[region] += 1
    const isPoison = poison !== undefined && new URL(request.url).pathname.startsWith(`/${poison}`)
    return new Response(region, { status: isPoison ? 500 : status[region] })
  }
  const many = (region: Region) => Array.from({ length: endpoints }, () => serve(region))
  const mesh = createTestMesh(
    { 'users-eu': { endpoints: many('eu'), ...eu }, 'users-us': { endpoints: many('us'), ...us } },
    { seed },
  )
  mesh.registry.set('users', { alias: ['users-eu', 'users-us'] })
  const call = async (name = 'users', init?: RequestInit, path = '') => {
    const response = await mesh.clock.run(mesh.fetch(`http://${name}/${path}`, init))
    return response.ok ? response.text() : `${response.status}`
  }
  /** So many calls, one each 100 ms unless told. */
  const calling = async (count: number, everyMs = 100) => {
    const answers: string[] = []
    for (let index = 0; index < count; index++) {
      answers.push(await call())
      await mesh.clock.advance(everyMs)
    }
    return answers
  }
  return { mesh, status, calls, call, calling }
}

const count = (answers: readonly string[], wanted: string) => answers.filter((answer) => answer === wanted).length

describe('an alias of two services', () => {
  it('stays with the first while that serves', async () => {
    const { calling } = given()
    expect(new Set(await calling(50))).toEqual(new Set(['eu']))
  })

  it('goes to the second within a few calls where the first is dead', async () => {
    const { status, calling } = given()
    await calling(20)
    status.eu = 503
    const answers = await calling(40)
    expect(answers.indexOf('us')).toBeLessThanOrEqual(3)
    expect(answers.slice(3)).toEqual(answers.slice(3).map(() => 'us'))
  })

  it.each([2, 5, 10, 40])('does so where the first has %d endpoints', async (endpoints) => {
    const { status, calling } = given({ endpoints })
    await calling(40)
    status.eu = 503
    const answers = await calling(30)
    expect(answers.indexOf('us')).toBeLessThanOrEqual(10)
    expect(answers.at(-1)).toBe('us')
  })

  it('does so where nobody has ever seen the first alive', async () => {
    const { status, calling } = given()
    status.eu = 503
    const answers = await calling(10)
    expect(answers.slice(3)).toEqual(answers.slice(3).map(() => 'us'))
  })

  it('does so after ten calls of one path where the first answers 500: that could be the path', async () => {
    const { status, calling } = given()
    await calling(5)
    status.eu = 500
    const answers = await calling(20)
    expect(answers.indexOf('us')).toBe(10)
    expect(answers.at(-1)).toBe('us')
  })

  it('does so after three calls of three paths where the first answers 500 to everything', async () => {
    const { status, call } = given()
    status.eu = 500
    const answers: string[] = []
    for (const path of ['a', 'b?c=1', 'd/e', 'f']) answers.push(await call('users', undefined, path))
    expect(answers).toEqual(['500', '500', '500', 'us'])
  })

  it('stays where one path is answered with 500, whoever asks for it between calls that are served', async () => {
    const { mesh, call } = given({ poison: 'bad' })
    for (let round = 0; round < 40; round++) {
      for (let time = 0; time < 3; time++) expect(await call('users', undefined, `bad/${time}?q=${time}`)).toBe('500')
      expect(await call()).toBe('eu')
      await mesh.clock.advance(100)
    }
  })

  it('asks the first again with single calls, ever more seldom', async () => {
    const { status, calls, calling } = given({ eu: { retry: { attempts: 0 } } })
    status.eu = 503
    await calling(5)
    calls.eu = 0
    // A minute: after 5 s, [5, 10), [10, 20) and [20, 40) s more.
    const answers = await calling(120, 500)
    expect(calls.eu).toBeGreaterThanOrEqual(3)
    expect(calls.eu).toBeLessThanOrEqual(5)
    expect(count(answers, '503')).toBe(calls.eu)
  })

  it('goes back to the first when it is well, by one call', async () => {
    const { status, calling } = given()
    status.eu = 503
    await calling(10)
    status.eu = 200
    const answers = await calling(100)
    const back = answers.indexOf('eu')
    expect(back).toBeGreaterThan(0)
    expect(back).toBeLessThanOrEqual(50)
    expect(new Set(answers.slice(back))).toEqual(new Set(['eu']))
    expect(count(answers, '503')).toBe(0)
  })

  it('sends one probe, though a hundred calls come at once', async () => {
    const { mesh, status, calls, calling } = given({ eu: { retry: { attempts: 0 } } })
    status.eu = 503
    await calling(5)
    await mesh.clock.advance(6000)
    calls.eu = 0
    const all = await mesh.clock.run(Promise.all(Array.from({ length: 60 }, () => mesh.fetch('http://users/'))))
    expect(calls.eu).toBe(1)
    expect(all.filter(({ status }) => status === 200)).toHaveLength(59)
  })

  it('does not flap: one that is well for a moment now and then is left alone for longer', async () => {
    const { status, calling, mesh } = given({ eu: { retry: { attempts: 0 } } })
    let failed = 0
    // Two minutes, in which it is down for 9 s of every 10.
    for (let second = 0; second < 120; second++) {
      status.eu = second % 10 === 0 ? 200 : 503
      failed += count(await calling(2, 500), '503')
    }
    expect(mesh.clock.now()).toBeGreaterThan(120_000)
    // 216 where nothing is left alone; 3 to begin with, and hardly more than the probes.
    expect(failed).toBeLessThan(20)
  })

  it('asks the first where both are dead, and whoever is well again', async () => {
    const { status, calling } = given()
    status.eu = 503
    status.us = 503
    await calling(10)
    status.us = 200
    expect((await calling(100)).slice(60)).toContain('us')
    status.us = 503
    await calling(20)
    status.eu = 200
    expect((await calling(300)).at(-1)).toBe('eu')
  })

  it('does not leave a service for one of its endpoints', async () => {
    let good = 0
    const mesh = createTestMesh({
      'users-eu': [
        () => new Response('bad', { status: 503 }),
        ...[1, 2, 3].map(() => () => {
          good += 1
          return new Response('eu')
        }),
      ],
      'users-us': () => new Response('us'),
    })
    mesh.registry.set('users', { alias: ['users-eu', 'users-us'] })
    for (let index = 0; index < 300; index++) {
      expect(await (await mesh.clock.run(mesh.fetch('http://users/'))).text()).not.toBe('us')
      await mesh.clock.advance(20)
    }
    expect(good).toBeGreaterThan(290)
  })

  it('stays where detection is switched off', async () => {
    const { status, calling } = given({ eu: { outlierDetection: { maxEjectionPercent: 0 }, retry: { attempts: 0 } } })
    status.eu = 503
    expect(new Set(await calling(40))).toEqual(new Set(['503']))
  })

  it('hears of calls to the services themselves', async () => {
    const { mesh, status, calls, call } = given({ eu: { retry: { attempts: 0 } } })
    await call()
    status.eu = 503
    for (let index = 0; index < 3; index++) expect(await call('users-eu')).toBe('503')
    expect(await call()).toBe('us')
    await mesh.clock.advance(10)
    // Who says its name gets it, out or not.
    expect(await call('users-eu')).toBe('503')
    status.eu = 200
    expect(await call('users-eu')).toBe('eu')
    expect(await call()).toBe('eu')
    expect(calls.us).toBe(1)
  })

  it('takes a caller that is refused for no fault', async () => {
    const { status, calling } = given({ eu: { retry: { attempts: 0 } } })
    status.eu = 429
    expect(new Set(await calling(4))).toEqual(new Set(['429']))
    status.eu = 404
    expect(new Set(await calling(10))).toEqual(new Set(['404']))
  })

  it('stands for a backend of a rule, too', async () => {
    const { mesh, status, call } = given()
    mesh.registry.set('shop', { rules: [{ backendRefs: [{ name: 'users' }] }] })
    status.eu = 503
    for (let index = 0; index < 4; index++) await call('shop')
    expect(await call('shop')).toBe('us')
  })

  it('may stand in a list itself, and its probe is not lost there', async () => {
    const { mesh, status, calls, call } = given({ eu: { retry: { attempts: 0 } } })
    mesh.registry.set('all', { alias: ['users', 'users-us'] })
    status.eu = 503
    for (let index = 0; index < 4; index++) await call('all')
    expect(await call('all')).toBe('us')
    status.eu = 200
    calls.eu = 0
    await mesh.clock.advance(6000)
    expect([await call('all'), await call('all'), calls.eu]).toEqual(['eu', 'eu', 2])
  })

  it('judges a record whose rules lead to its own endpoints by them, and no other', async () => {
    const { status, calling, mesh, call } = given({ eu: { rules: [{ timeouts: { request: '2s' } }] } })
    status.eu = 503
    expect((await calling(10)).at(-1)).toBe('us')
    mesh.registry.set('users-eu', { rules: [{ backendRefs: [{ name: 'nobody' }] }] })
    await mesh.clock.advance(6000)
    await call()
    await expect(call()).rejects.toMatchObject({ code: 'backend_not_found' })
  })

  it('fails few calls, whatever becomes of the first while the second is well', async () => {
    const phase = fc.record({ isDead: fc.boolean(), calls: fc.integer({ min: 1, max: 40 }) })
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 4 }),
        fc.array(phase, { minLength: 1, maxLength: 6 }),
        fc.nat(),
        async (endpoints, phases, seed) => {
          const { status, calling } = given({ endpoints, seed, eu: { retry: { attempts: 0 } } })
          let failed = 0
          let made = 0
          for (const { isDead, calls } of phases) {
            status.eu = isDead ? 503 : 200
            failed += count(await calling(calls, 500), '503')
            made += calls
          }
          // For each time that it dies as many as it has endpoints, or three; and the probes, one in 5 s at most.
          const deaths = phases.filter(({ isDead }) => isDead).length
          expect(failed).toBeLessThanOrEqual(deaths * Math.max(3, endpoints) + Math.ceil(made / 10))
        },
      ),
      { numRuns: 8 },
    )
  })
})
