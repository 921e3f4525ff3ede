import { describe, expect, it } from 'vitest'
import { simulate } from '../../src/sim/simulate.ts'
import { fault, smallChain } from './small.ts'

describe('simulate', () => {
  const failing = smallChain({ lifeMs: 2000, skew: 0.5 }, [fault({ failShare: 0.5 })])

  it('gives the same report for the same seed', async () => {
    expect(await simulate(failing, { seed: 7 })).toEqual(await simulate(failing, { seed: 7 }))
  })

  it('gives another one for another seed', async () => {
    const { users } = await simulate(failing, { seed: 7 })
    expect((await simulate(failing, { seed: 8 })).users).not.toEqual(users)
  })

  it('serves everybody with one attempt each where nothing is wrong', async () => {
    const { users, load, endpoints } = await simulate(smallChain({ leaf: { capacity: 1000 } }))
    expect(users.success).toBe(1)
    // Two hops of 1 ms and a leaf of 20 ms, there and back.
    expect(users.p50Ms).toBeGreaterThan(20)
    expect(users.p50Ms).toBeLessThan(40)
    expect(load.base).toBe(10)
    expect(load.meanDuringFault * 10 * 12).toBeCloseTo(users.came, -1)
    expect(endpoints.map(({ shareDuringFault }) => shareDuringFault)).toEqual([1])
  })

  it('sends the same users, whoever is asked to serve them', async () => {
    const { users } = await simulate(smallChain())
    const other = { name: 'no retries', policy: { retry: { attempts: 0 } }, tells: false }
    expect((await simulate(smallChain({}, [fault({ failShare: 1 })]), { contender: other })).users.came).toBe(
      users.came,
    )
  })

  it('serves what the leaf has room for, and no more, where it drops what would be late', async () => {
    // 30 a second become 10, and 20 come.
    const scenario = smallChain({ perSecond: 20, leaf: { needsMs: 40 } }, [
      fault({ toMs: 14_000, capacityShare: 1 / 3 }),
    ])
    const { users } = await simulate(scenario)
    expect(users.successDuringFault).toBeGreaterThan(0.4)
    expect(users.successDuringFault).toBeLessThan(0.65)
  })

  it('makes work for nobody where the leaf does not know who waits', async () => {
    const scenario = smallChain({}, [fault({ toMs: 14_000, capacityShare: 0.1 })])
    const dropping = smallChain({ leaf: { needsMs: 40 } }, scenario.faults)
    const [one, other] = [await simulate(scenario), await simulate(dropping)]
    expect(other.users.successDuringFault).toBeGreaterThan(1.3 * one.users.successDuringFault)
  })

  it('counts the calls of a diamond by both of its ways', async () => {
    const { services, users } = smallChain({ hops: 1, leaf: { capacity: 1000 } })
    const { a, leaf } = services
    if (!a || !leaf || !('calls' in a)) throw new Error('The chain is not what it was.')
    const diamond = { a: { ...a, calls: ['b', 'c'] }, b: { ...a, calls: ['leaf'] }, c: { ...a, calls: ['leaf'] }, leaf }
    const { load, users: served } = await simulate({ ...smallChain(), users, services: diamond })
    expect(load.base).toBe(20)
    expect(load.meanDuringFault).toBeGreaterThan(0.9)
    expect(served.success).toBe(1)
  })

  it('follows what an operator writes while users come', async () => {
    const endpoint = { latency: 20 }
    const weighed = (...weights: number[]) => ({ endpoints: weights.map((weight) => ({ ...endpoint, weight })) })
    const scenario = smallChain({ hops: 1 })
    const { endpoints, users } = await simulate({
      ...scenario,
      services: { ...scenario.services, leaf: weighed(1, 0) },
      edits: [{ atMs: 5000, service: 'leaf', to: weighed(0, 1) }],
    })
    const [first, second] = endpoints.map(({ attemptsPerSecond }) => attemptsPerSecond)
    expect(users.success).toBe(1)
    expect(Math.max(...(second?.slice(0, 5) ?? []))).toBe(0)
    // A record is fresh for 5 s, and the request after that reads it anew.
    expect(Math.max(...(first?.slice(12) ?? []))).toBe(0)
    expect(Math.min(...(second?.slice(12) ?? []))).toBeGreaterThan(0)
  })

  it('counts the backends of a leaf that has rules', async () => {
    const scenario = smallChain({ hops: 1, perSecond: 40 })
    const one = { endpoints: [{ latency: 20 }] }
    const backendRefs = [
      { name: 'one', weight: 3 },
      { name: 'other', weight: 1 },
    ]
    const services = { ...scenario.services, leaf: { rules: [{ backendRefs }] }, one, other: one }
    const { load, endpoints } = await simulate({ ...scenario, services })
    expect(load.base).toBe(40)
    expect(load.meanDuringFault).toBeCloseTo(1, 0)
    expect(endpoints[0]?.shareDuringFault).toBeCloseTo(0.75, 1)
    const wrong = { ...services, leaf: { rules: [{ backendRefs: [{ name: 'nobody' }] }] } }
    await expect(simulate({ ...scenario, services: wrong })).rejects.toThrow('names "nobody"')
  })

  it('refuses a scenario that names what is not there', async () => {
    const scenario = smallChain({}, [fault({ backend: 'leave' })])
    await expect(simulate(scenario)).rejects.toThrow('Scenario "small" names "leave", which is none of its services.')
  })
})
