import { describe, expect, it } from 'vitest'
import { createTestMesh } from '../../../src/testing.ts'
import { connectionLost, quickClock, upstream } from '../../support/upstream.ts'
import { world } from '../../support/worlds.ts'

describe('retry × balance', () => {
  it('hides a dead endpoint: the retry goes to the other', async () => {
    const clock = quickClock()
    for (let seed = 0; seed < 20; seed++) {
      const dead = upstream(connectionLost())
      const alive = upstream(200)
      const mesh = createTestMesh({ users: [dead, alive] }, { clock, seed })
      for (let call = 0; call < 20; call++) {
        expect((await clock.run(mesh.fetch('http://users/'))).status).toBe(200)
      }
      // Found out once, and left alone: its cost keeps the first attempts away, too.
      expect(dead.requests.length).toBeLessThanOrEqual(1)
    }
  })

  it('tells the load of every attempt', async () => {
    const { call, users, clock } = world(
      {
        endpoints: ['https://a.example.com', 'https://b.example.com', 'https://c.example.com'],
        retryConstraint: 'off',
      },
      async () => new Response(null, { status: 503 }),
    )
    await clock.run(call())
    for (const { load } of (await users()).candidates) {
      expect(load.inFlight(clock.now())).toBe(0)
      // Less what has decayed since the first of them.
      expect(load.cost(clock.now())).toBeGreaterThan(4500)
    }
  })
})
