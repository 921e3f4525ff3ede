/** The names of one wildcard are one service: what is learned of it is learned for all, through edits, too. */
import { describe, expect, it } from 'vitest'
import { createTestMesh } from '../../src/testing.ts'
import { failureOf } from '../support/call.ts'

const NAMES = ['a', 'b', 'c', 'd', 'e'].map((label) => `${label}.shop`)

describe('an edit of a wildcard', () => {
  it('does not let more requests be in flight than the record allows, while its names read it one by one', async () => {
    let inFlight = 0
    let most = 0
    const hangs = async () => {
      inFlight += 1
      most = Math.max(most, inFlight)
      await new Promise<void>((resolve) => mesh.clock.after(60_000, resolve))
      inFlight -= 1
      return new Response()
    }
    const quick = () => new Response('ok')
    const mesh = createTestMesh({ old: quick, new: hangs }, { waitUntil: () => {} })
    const record = (binding: number) => ({
      endpoints: [{ binding: `SERVICE_${binding}` }],
      limits: { maxInFlight: 2 },
      timeouts: { request: '0s' },
    })
    mesh.registry.set('*.shop', record(0))
    // Each name reads the wildcard at another time.
    for (const name of NAMES) {
      await mesh.clock.run(mesh.fetch(`http://${name}/`))
      await mesh.clock.advance(900)
    }
    mesh.registry.set('*.shop', record(1))
    let refused = 0
    for (let round = 0; round < 20; round++) {
      for (const name of NAMES) void mesh.fetch(`http://${name}/`).catch(() => (refused += 1))
      await mesh.clock.advance(500)
    }
    expect(most).toBe(2)
    expect(refused).toBeGreaterThan(50)
  })

  it('does not fill the retry budget anew with each name that reads it', async () => {
    let calls = 0
    const fails = () => {
      calls += 1
      return new Response(null, { status: 503 })
    }
    const mesh = createTestMesh({ first: fails, second: fails }, { waitUntil: () => {} })
    const record = (percent: number) => ({
      endpoints: [{ binding: 'SERVICE_0' }, { binding: 'SERVICE_1' }],
      outlierDetection: { maxEjectionPercent: 0 },
      retryConstraint: { budget: { percent } },
    })
    mesh.registry.set('*.shop', record(20))
    const round = async () => {
      for (const name of NAMES) await mesh.clock.run(mesh.fetch(`http://${name}/`))
    }
    for (const name of NAMES) {
      await mesh.clock.run(mesh.fetch(`http://${name}/`))
      await mesh.clock.advance(900)
    }
    mesh.registry.set('*.shop', record(10))
    const before = calls
    for (let count = 0; count < 12; count++) {
      await mesh.clock.advance(1000)
      await round()
    }
    // One retry is granted at birth, and an edit of the constraint is one birth.
    expect(calls - before).toBeLessThanOrEqual(12 * NAMES.length + 1)
  })
})

describe('a name of many labels', () => {
  const name = 'a.b.c.d.e.f.g.h.i.j.k'
  const nothing = { rules: [{ matches: [{ path: { value: '/nowhere' } }] }] }

  it('is answered by its eight longest wildcards, and by no other, where rules do not match either', async () => {
    const mesh = createTestMesh({ eighth: () => new Response('eighth'), ninth: () => new Response('ninth') })
    const call = (called = name) => mesh.clock.run(mesh.fetch(`http://${called}/`))
    mesh.registry.set('*.j.k', { endpoints: [{ binding: 'SERVICE_1' }] })
    expect((await failureOf(call())).code).toBe('service_not_found')
    expect(await (await call('h.i.j.k')).text()).toBe('ninth')

    mesh.registry.set('*.b.c.d.e.f.g.h.i.j.k', nothing)
    await mesh.clock.advance(6000)
    // The first wildcard leads on, and a wildcard has eight of its own.
    expect((await failureOf(call())).code).toBe('route_not_found')
    mesh.registry.set('*.i.j.k', { endpoints: [{ binding: 'SERVICE_0' }] })
    await mesh.clock.advance(6000)
    await call().catch(() => {})
    expect(await (await call()).text()).toBe('eighth')
  })
})
