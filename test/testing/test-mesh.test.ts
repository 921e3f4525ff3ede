import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { delivery } from '../../src/cloud.ts'
import {
  createTestMesh,
  MeshError,
  memoryRegistry,
  seeded,
  spanRing,
  type TestHandler,
  type TestMesh,
  virtualClock,
} from '../../src/testing.ts'
import { failureOf } from '../support/call.ts'
import { givenEnvelope, givenMessage } from '../support/given-queue.ts'
import { connectionLost, quickClock, type Upstream, upstream } from '../support/upstream.ts'

const CTX = { waitUntil() {} } as unknown as ExecutionContext

describe('createTestMesh', () => {
  it('is a mesh of functions', async () => {
    const mesh = createTestMesh({ users: () => Response.json({ id: 42 }) })
    const response = await mesh.clock.run(mesh.fetch('http://users/42'))
    expect(await response.json()).toEqual({ id: 42 })
  })

  it('delivers what a queue brings, as a mesh with that part does', async () => {
    const resizer = upstream(503)
    const mesh = createTestMesh({
      jobs: { endpoints: [{ queue: { binding: 'JOBS', deliverTo: 'resizer' } }] },
      resizer,
    })
    const message = givenMessage(givenEnvelope({}, { path: '/42' }))
    await mesh.clock.run(mesh.with(delivery)({ queue: 'jobs', messages: [message] }, {}, CTX))
    expect(resizer.requests.map(({ url }) => url)).toEqual(['http://resizer/42'])
    expect(message.calls).toEqual([{ retriedIn: expect.any(Number) }])
  })

  it('takes several functions for one service: an endpoint each', async () => {
    const [a, b] = [upstream(200), upstream(200)]
    const mesh = createTestMesh({ users: [a, b] })
    for (let call = 0; call < 40; call++) await mesh.clock.run(mesh.fetch('http://users/'))
    expect(a.requests.length + b.requests.length).toBe(40)
    expect(Math.min(a.requests.length, b.requests.length)).toBeGreaterThan(0)
  })

  it('takes one function as several endpoints', async () => {
    const users = upstream(503)
    const mesh = createTestMesh({ users: { endpoints: [users, users, users], retry: { attempts: 2 } } })
    await mesh.clock.run(mesh.fetch('http://users/'))
    expect(new Set(mesh.spans().map(({ name }) => name)).size).toBe(mesh.spans().length)
    expect(mesh.spans().length).toBeGreaterThan(1)
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

  it('takes functions in the registry as it does at the start: one, several, or in a record', async () => {
    const mesh = createTestMesh({ users: () => new Response('first') })
    const ask = async (name: string) => (await mesh.clock.run(mesh.fetch(`http://${name}/`))).text()
    mesh.registry.set('orders', () => new Response('a function'))
    mesh.registry.set('carts', [() => new Response('one of two'), () => new Response('one of two')])
    mesh.registry.set('bills', { endpoints: [() => new Response('in a record')], retry: { attempts: 0 } })
    expect([await ask('orders'), await ask('carts'), await ask('bills')]).toEqual([
      'a function',
      'one of two',
      'in a record',
    ])
    expect(await ask('users')).toBe('first')
    mesh.registry.set('users', () => new Response('second'))
    await mesh.clock.advance(5001)
    await ask('users')
    expect(await ask('users')).toBe('second')
    expect(mesh.spans().at(-1)?.name).toBe('users')
  })

  it('keeps what it has learned of a function that an edit leaves, and nothing of one that it takes away', async () => {
    const bad = upstream(connectionLost())
    const good = upstream(200)
    const outlierDetection = { consecutive: 1, baseEjection: '100s' }
    const mesh = createTestMesh({ users: { endpoints: [bad, good], outlierDetection } })
    const ask = () => mesh.clock.run(mesh.fetch('http://users/'))
    while (bad.requests.length === 0) await ask()
    const edited = async (endpoints: TestHandler[]) => {
      mesh.registry.set('users', { endpoints, outlierDetection, timeouts: { request: '9s' } })
      await mesh.clock.advance(5001)
      await ask()
      const before = endpoints.map((one) => (one as Upstream).requests.length)
      for (let call = 0; call < 20; call++) await ask()
      return endpoints.map((one, at) => (one as Upstream).requests.length - (before[at] as number))
    }
    expect(await edited([bad, good])).toEqual([0, 20])
    const [fresh] = await edited([upstream(200), good])
    expect(fresh).toBeGreaterThan(0)
  })

  it('tells what was called, attempt by attempt', async () => {
    const mesh = createTestMesh({ users: upstream(503, 200) })
    await mesh.clock.run(mesh.fetch('http://users/'))
    expect(mesh.spans().map(({ name, attempt, status }) => ({ name, attempt, status }))).toEqual([
      { name: 'users', attempt: 1, status: 503 },
      { name: 'users', attempt: 2, status: 200 },
    ])
  })

  it('tells which of several functions was called, and what else has no function by its address', async () => {
    const mesh = createTestMesh(
      { users: [upstream(503), upstream(503)], away: { endpoints: ['https://away.test'] } },
      { fetch: async () => new Response() },
    )
    await mesh.clock.run(mesh.fetch('http://users/'))
    await mesh.clock.run(mesh.fetch('http://away/'))
    const names = mesh.spans().map(({ name }) => name)
    expect(names.slice(0, 2).sort()).toEqual(['users[0]', 'users[1]'])
    expect(names[2]).toBe('https://away.test')
  })

  it('tells a sink of your own, too, and by the same names', async () => {
    const told: string[] = []
    const mesh = createTestMesh({ users: () => new Response() }, { sink: { span: ({ name }) => void told.push(name) } })
    await mesh.clock.run(mesh.fetch('http://users/'))
    expect(told).toEqual(['users'])
    expect(mesh.spans()).toHaveLength(1)
  })

  it('serves a handler, as a Worker would be', async () => {
    const mesh = createTestMesh({ users: () => new Response('here') })
    const served = mesh.serve({ fetch: () => mesh.fetch('http://users/') })
    const response = await mesh.clock.run(Promise.resolve(served.fetch(new Request('http://front/'), {}, CTX)))
    expect(await response.text()).toBe('here')
  })

  it('rejects with the MeshError that it exports', async () => {
    const mesh = createTestMesh({})
    expect(await failureOf(mesh.clock.run(mesh.fetch('http://nobody/')))).toBeInstanceOf(MeshError)
  })
})

describe('a call beside a clock that nobody moves', () => {
  const waiting = 'waits, and its clock stands still: await mesh.clock.run(…) around it moves time on.'

  /** Real time is what it is about: the message comes within a second of it. */
  function heard(): string[] {
    const said: string[] = []
    const log = vi.spyOn(console, 'warn').mockImplementation((text: string) => void said.push(text))
    onTestFinished(() => log.mockRestore())
    return said
  }

  it.each<[string, (mesh: TestMesh) => Promise<unknown>, string]>([
    ['mesh.fetch', (mesh) => mesh.fetch('http://users/42'), "mesh.fetch('http://users/42')"],
    ['a Request', (mesh) => mesh.fetch(new Request('http://users/42')), "mesh.fetch('http://users/42')"],
    ['for', (mesh) => mesh.for(new Request('http://front/')).fetch('http://users/'), "mesh.fetch('http://users/')"],
    [
      'serve',
      async (mesh) => mesh.serve({ fetch: () => new Promise(() => {}) }).fetch(new Request('http://front/'), {}, CTX),
      'A request to http://front/',
    ],
  ])('is named: %s', async (_, call, name) => {
    const said = heard()
    const mesh = createTestMesh({ users: upstream(503) })
    let isDone = false
    void call(mesh).finally(() => {
      isDone = true
    })
    await vi.waitFor(() => expect(said).toHaveLength(1), { timeout: 20_000, interval: 10 })
    expect(said).toEqual([`${name} ${waiting}`])
    expect(isDone).toBe(false)
  })

  it('is said once for a mesh, and never where time moves', async () => {
    const said = heard()
    const mesh = createTestMesh({ users: upstream(503) })
    const calls = [mesh.fetch('http://users/1'), mesh.fetch('http://users/2')]
    const moved = createTestMesh({ users: upstream(503) })
    await moved.clock.run(moved.fetch('http://users/3'))
    await new Promise((resolve) => setTimeout(resolve, 1200))
    expect(said).toEqual([`mesh.fetch('http://users/1') ${waiting}`])
    await mesh.clock.run(Promise.all(calls))
  })
})

it('exports what a test needs besides', () => {
  expect(virtualClock().now()).toBe(1_000_000)
  expect(seeded(1).next()).toBe(seeded(1).next())
  expect(spanRing().spans()).toEqual([])
  expect(memoryRegistry().read(['services/users'])).toBeInstanceOf(Promise)
})
