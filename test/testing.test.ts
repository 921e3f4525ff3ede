import { describe, expect, it } from 'vitest'
import { createTestMesh, MeshError, memoryRegistry, seeded, spanRing, virtualClock } from '../src/testing.ts'
import { failureOf } from './support/call.ts'
import { quickClock, upstream } from './support/upstream.ts'

describe('createTestMesh', () => {
  it('is a mesh of functions', async () => {
    const mesh = createTestMesh({ users: () => Response.json({ id: 42 }) })
    const response = await mesh.clock.run(mesh.fetch('http://users/42'))
    expect(await response.json()).toEqual({ id: 42 })
  })

  it('takes several functions for one service: an endpoint each', async () => {
    const [a, b] = [upstream(200), upstream(200)]
    const mesh = createTestMesh({ users: [a, b] })
    for (let call = 0; call < 40; call++) await mesh.clock.run(mesh.fetch('http://users/'))
    expect(a.requests.length + b.requests.length).toBe(40)
    expect(Math.min(a.requests.length, b.requests.length)).toBeGreaterThan(0)
  })

  it('takes a record whose endpoints are functions, and obeys its policy', async () => {
    const users = upstream(503)
    const record = { endpoints: [users], retry: { attempts: 4 }, retryConstraint: 'off' }
    const mesh = createTestMesh({ users: record })
    await mesh.clock.run(mesh.fetch('http://users/'))
    expect(users.requests).toHaveLength(5)
  })

  it('takes a record of rules alone', async () => {
    const mesh = createTestMesh({
      shop: { rules: [{ backendRefs: [{ name: 'users' }] }] },
      users: () => new Response('ada'),
    })
    expect(await (await mesh.clock.run(mesh.fetch('http://shop/'))).text()).toBe('ada')
  })

  it('takes the options of a mesh', async () => {
    const users = upstream(503)
    const mesh = createTestMesh(
      { users },
      { defaults: { retry: { attempts: 1 }, retryConstraint: 'off' }, domain: 'internal' },
    )
    await mesh.clock.run(mesh.fetch('http://users.internal/'))
    expect(users.requests).toHaveLength(2)
  })

  it('waits for nothing: hours pass when they are told to', async () => {
    const clock = virtualClock()
    const users = async () => {
      await new Promise<void>((resolve) => clock.after(3_600_000, resolve))
      return new Response('at last')
    }
    const record = { endpoints: [users], timeouts: { request: '0s' } }
    const mesh = createTestMesh({ users: record }, { clock })
    const before = performance.now()
    expect(await (await mesh.clock.run(mesh.fetch('http://users/'))).text()).toBe('at last')
    expect(mesh.clock.now()).toBe(1_000_000 + 3_600_000)
    expect(performance.now() - before).toBeLessThan(10_000)
  })

  it('does the same with the same seed, and otherwise with another', async () => {
    const run = async (seed: number) => {
      const mesh = createTestMesh(
        { users: [upstream(503), upstream(503, 200), upstream(200)] },
        { seed, clock: quickClock() },
      )
      for (let call = 0; call < 10; call++) await mesh.clock.run(mesh.fetch('http://users/'))
      return mesh.spans()
    }
    expect(await run(7)).toEqual(await run(7))
    expect(await run(7)).not.toEqual(await run(8))
  })

  it('lets a test edit the registry while it runs', async () => {
    const mesh = createTestMesh({ users: () => new Response('users'), people: () => new Response('people') })
    const ask = async () => (await mesh.clock.run(mesh.fetch('http://users/'))).text()
    expect(await ask()).toBe('users')
    mesh.registry.set('users', { alias: 'people' })
    await mesh.clock.advance(5001)
    await ask()
    expect(await ask()).toBe('people')
  })

  it('tells what was called, attempt by attempt', async () => {
    const mesh = createTestMesh({ users: upstream(503, 200) })
    await mesh.clock.run(mesh.fetch('http://users/'))
    expect(mesh.spans().map(({ name, attempt, status }) => ({ name, attempt, status }))).toEqual([
      { name: 'binding:SERVICE_0', attempt: 1, status: 503 },
      { name: 'binding:SERVICE_0', attempt: 2, status: 200 },
    ])
  })

  it('serves a handler, as a Worker would be', async () => {
    const mesh = createTestMesh({ users: () => new Response('here') })
    const served = mesh.serve({ fetch: () => mesh.fetch('http://users/') })
    const ctx = { waitUntil() {} } as unknown as ExecutionContext
    const response = await mesh.clock.run(Promise.resolve(served.fetch(new Request('http://front/'), {}, ctx)))
    expect(await response.text()).toBe('here')
  })

  it('rejects with the MeshError that it exports', async () => {
    const mesh = createTestMesh({})
    expect(await failureOf(mesh.clock.run(mesh.fetch('http://nobody/')))).toBeInstanceOf(MeshError)
  })
})

it('exports what a test needs besides', () => {
  expect(virtualClock().now()).toBe(1_000_000)
  expect(seeded(1).next()).toBe(seeded(1).next())
  expect(spanRing().spans()).toEqual([])
  expect(memoryRegistry().read(['services/users'])).toBeInstanceOf(Promise)
})
