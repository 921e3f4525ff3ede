import { describe, expect, it } from 'vitest'
import { learned } from '../../src/mesh/learned.ts'
import { createTestMesh } from '../../src/testing.ts'

/** `users` in two places, of which the first answers as it is told; and `free`, whose retries have no bound. */
function given(policy: object = {}) {
  const first = { status: 200 }
  const mesh = createTestMesh({
    users: {
      endpoints: [() => new Response(null, { status: first.status }), () => new Response()],
      outlierDetection: { consecutive: 2, baseEjection: '10s' },
      retry: { attempts: 0 },
      loadBalancer: 'round-robin',
      ...policy,
    },
    free: { endpoints: [() => new Response()], retryConstraint: 'off' },
  })
  const tell = mesh.with(learned)
  const call = async (name: string, times: number) => {
    for (let made = 0; made < times; made++) await mesh.clock.run(mesh.fetch(`http://${name}/${made}`))
  }
  const told = (...called: string[]) => tell(mesh.clock.now(), Object.fromEntries(called.map((name) => [name, {}])))
  return { mesh, first, call, told }
}

describe('learned', () => {
  it('tells nothing of endpoints that do well, and what is left of the budgets of those that were called', async () => {
    const { call, told } = given()
    await call('users', 4)
    await call('free', 1)
    // One retry at birth, two at the first success, and a fifth of each success.
    expect(told('users', 'free')).toEqual({ budgets: { users: expect.closeTo(3.8) } })
    expect(told('free')).toEqual({ budgets: {} })
  })

  it.each([
    [503, 'fault'],
    [500, 'doubt'],
  ])(
    'tells of an endpoint that answered %i why it is left alone, since when and until when',
    async (status, because) => {
      const { mesh, first, call, told } = given()
      first.status = status
      await call('users', 8)
      const [ejected, ...others] = told().ejected ?? []
      expect(others).toEqual([])
      expect(ejected).toEqual({
        service: 'users',
        endpoint: expect.stringContaining('binding:'),
        because,
        sinceMs: expect.any(Number),
        forMs: expect.any(Number),
      })
      expect((ejected?.sinceMs ?? 0) + (ejected?.forMs ?? 0)).toBe(10_000)
      await mesh.clock.advance(11_000)
      expect(told().ejected).toMatchObject([{ because, forMs: 0 }])
    },
  )

  it('tells no more of one that came back', async () => {
    const { mesh, first, call, told } = given()
    first.status = 503
    await call('users', 8)
    expect(told().ejected?.length).toBe(1)
    first.status = 200
    await mesh.clock.advance(10_001)
    await call('users', 4)
    expect(told().ejected).toBeUndefined()
  })

  it('tells of none where nothing is ever left alone', async () => {
    const { first, call, told } = given({ outlierDetection: { maxEjectionPercent: 0 } })
    first.status = 503
    await call('users', 20)
    expect(told().ejected).toBeUndefined()
  })
})
