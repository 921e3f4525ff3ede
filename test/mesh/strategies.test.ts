import { describe, expect, it } from 'vitest'
import { createTestMesh } from '../../src/testing.ts'

describe('strategies', () => {
  it('pay for retries in place of the mesh', async () => {
    let calls = 0
    const never = { deposit() {}, fail() {}, tryWithdraw: () => false, balance: 0, stopsUpstream: false }
    const users = () => new Response(null, { status: ++calls === 1 ? 503 : 200 })
    const mesh = createTestMesh({ users }, { strategies: { budget: () => never } })
    expect((await mesh.clock.run(mesh.fetch('http://users/'))).status).toBe(503)
    expect(calls).toBe(1)
  })

  it('are told the retryConstraint of the record', async () => {
    const told: unknown[] = []
    const strategies = {
      budget: (policy: unknown) => {
        told.push(policy)
        return { deposit() {}, fail() {}, tryWithdraw: () => false, balance: 0, stopsUpstream: false }
      },
    }
    const retryConstraint = { budget: { percent: 10, interval: '5s' } }
    const mesh = createTestMesh({ users: { endpoints: [() => new Response()], retryConstraint } }, { strategies })
    await mesh.clock.run(mesh.fetch('http://users/'))
    expect(told).toEqual([expect.objectContaining({ ratio: 0.1, windowMs: 5000 })])
  })

  it('choose endpoints in place of the mesh', async () => {
    const last = <Of>(candidates: readonly Of[]) => candidates.at(-1) as Of
    const services = { users: [() => new Response('first'), () => new Response('last')] }
    const mesh = createTestMesh(services, { strategies: { balancers: () => () => last } })
    for (let count = 0; count < 10; count++) {
      expect(await (await mesh.clock.run(mesh.fetch('http://users/'))).text()).toBe('last')
    }
  })
})
