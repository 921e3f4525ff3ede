/** What a record says of balancing, from the call to the endpoint. */
import { describe, expect, it } from 'vitest'
import { createMesh } from '../../src/index.ts'
import { memoryRegistry, seeded, virtualClock } from '../../src/testing.ts'
import { LOAD_BALANCERS } from '../contracts/balancer.ts'

interface Placing {
  readonly weight?: number
  readonly locality?: string
}

/** A mesh with one service `users`, whose endpoints say their number. */
function given(policy: object, ...placed: readonly Placing[]) {
  const clock = virtualClock()
  const registry = memoryRegistry()
  const env = Object.fromEntries(
    placed.map((_, index) => [`USERS_${index}`, { fetch: async () => new Response(String(index)) }]),
  )
  const mesh = createMesh({ registry, env, clock, random: seeded(7), freshMs: 0, log: 'off' })
  const put = (...placed: readonly Placing[]) =>
    registry.set('users', {
      ...policy,
      endpoints: placed.map((placing, index) => ({ ...placing, binding: `USERS_${index}` })),
    })
  put(...placed)
  const answer = async (fetch: typeof mesh.fetch, user?: string) => {
    const headers: Record<string, string> = user === undefined ? {} : { 'x-user': user }
    return Number(await (await fetch('http://users/', { headers })).text())
  }
  return { mesh, clock, put, answer: (user?: string) => answer(mesh.fetch, user), answerFor: answer }
}

describe('a weight', () => {
  it.each(LOAD_BALANCERS)(
    'of 5 in 100 is one request in twenty within a point of a hundred, with %j',
    async (loadBalancer) => {
      const { answer } = given({ loadBalancer }, { weight: 5 }, { weight: 95 })
      let canary = 0
      for (let call = 0; call < 10_000; call++) if ((await answer(`user-${call}`)) === 0) canary += 1
      expect(Math.abs(canary / 10_000 - 0.05)).toBeLessThan(0.01)
    },
  )

  it('that is raised takes keys, and gives none back', async () => {
    const { answer, put, clock } = given(
      { loadBalancer: { ringHash: { header: 'x-user' } } },
      { weight: 5 },
      { weight: 95 },
    )
    const homes = async () => {
      const answers: number[] = []
      for (let user = 0; user < 1000; user++) answers.push(await answer(`user-${user}`))
      return answers
    }
    const five = await homes()
    put({ weight: 10 }, { weight: 90 })
    await clock.advance(1)
    // Served stale: the first call asks anew.
    await answer()
    await clock.advance(1)
    const ten = await homes()
    const onCanary = (answers: readonly number[]) => answers.filter((index) => index === 0).length
    expect(onCanary(ten)).toBeGreaterThan(onCanary(five) * 1.5)
    five.forEach((index, user) => {
      if (index === 0) expect(ten[user]).toBe(0)
    })
  })

  it('of 0 gets nothing', async () => {
    const { answer } = given({}, { weight: 0 }, {})
    for (let call = 0; call < 50; call++) expect(await answer()).toBe(1)
  })
})

describe('a locality', () => {
  const cameFrom = (cf: object) => Object.assign(new Request('http://front/'), { cf })
  const placed = [{ locality: 'weur' }, { locality: 'enam' }, { locality: 'IAD' }] as const

  it('is near to the caller of the request being served', async () => {
    const { mesh, answerFor } = given({}, ...placed)
    for (let call = 0; call < 10; call++) {
      expect(await answerFor(mesh.for(cameFrom({ colo: 'AMS', continent: 'EU' })).fetch)).toBe(0)
      expect(await answerFor(mesh.for(cameFrom({ colo: 'LAX', continent: 'NA' })).fetch)).toBe(1)
      expect(await answerFor(mesh.for(cameFrom({ colo: 'IAD', continent: 'NA' })).fetch)).toBe(2)
    }
  })

  it('is of no account where nobody knows where the caller is', async () => {
    const { answer } = given({}, ...placed)
    const seen = new Set<number>()
    for (let call = 0; call < 50; call++) seen.add(await answer())
    expect(seen).toEqual(new Set([0, 1, 2]))
  })

  it('is carried by serve to the calls of its handler', async () => {
    const { mesh, answerFor } = given({}, ...placed)
    const answers: number[] = []
    const { fetch } = mesh.serve({
      async fetch() {
        answers.push(await answerFor(mesh.fetch))
        return new Response()
      },
    })
    const ctx = { waitUntil() {} } as unknown as ExecutionContext
    for (let call = 0; call < 10; call++) await fetch(cameFrom({ continent: 'EU' }), {}, ctx)
    expect(answers).toEqual(Array(10).fill(0))
  })
})
