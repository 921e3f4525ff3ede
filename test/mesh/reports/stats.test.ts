/** What the library tells of its calls, and whom. */
import { describe, expect, it } from 'vitest'
import { seeded } from '../../../src/core/time/random.ts'
import { virtualClock } from '../../../src/core/time/virtual-clock.ts'
import { createMesh } from '../../../src/mesh/mesh.ts'
import { stats } from '../../../src/mesh/reports/stats.ts'
import { memoryRegistry } from '../../../src/registry/memory.ts'
import type { Digest } from '../../../src/telemetry/digest.ts'
import type { LogLine } from '../../../src/telemetry/log.ts'

function given(env: (sink: { digest(digest: Digest): Promise<true> }) => object = (STATS) => ({ STATS })) {
  const clock = virtualClock()
  const sent: Digest[] = []
  const lines: LogLine[] = []
  const sink = {
    async digest(digest: Digest) {
      sent.push(digest)
      return true as const
    },
  }
  const mesh = createMesh({
    registry: memoryRegistry({ users: 'https://users.test' }),
    clock,
    random: seeded(1),
    env: env(sink),
    stats: stats(),
    log: (line) => lines.push(line),
    fetch: async (url) => new Response(null, { status: String(url).endsWith('broken') ? 500 : 200 }),
  })
  const works: Promise<unknown>[] = []
  const ctx = (props: object = {}) =>
    ({ waitUntil: (work: Promise<unknown>) => void works.push(work), props }) as unknown as ExecutionContext
  return { clock, sent, lines, mesh, works, ctx }
}

describe('a mesh with stats', () => {
  it('tells of its calls five seconds later, in the waitUntil of the request', async () => {
    const { clock, sent, mesh, ctx, works } = given()
    const call = mesh.for(new Request('http://front/'), ctx())
    await clock.run(call.fetch('http://users/a'))
    await clock.run(call.fetch('http://users/broken'))
    expect(works.length).toBe(1)
    expect(sent).toEqual([])
    await clock.advance(5_000)
    await Promise.all(works)
    expect(sent).toMatchObject([
      {
        isolate: expect.stringMatching(/^[\da-f]{32}$/),
        sequence: 1,
        numbers: { services: { users: { ends: [1, 1], endpoints: { 'https://users.test': { ends: [1, 1] } } } } },
      },
    ])
    expect(sent[0]).toHaveProperty('fleet', 'off')
  })

  it('tells what it was asked itself, and by whom, where it serves', async () => {
    const { clock, sent, mesh, ctx } = given()
    const worker = mesh.serve<object>({
      async fetch(request) {
        if (request.url.endsWith('late')) return new Response(null, { status: 503 })
        return mesh.fetch('http://users/a')
      },
    })
    const ask = (path: string, props: object) =>
      clock.run(Promise.resolve(worker.fetch(new Request(`http://me${path}`), {}, ctx(props))))
    await ask('/', { caller: 'checkout' })
    await ask('/late', {})
    await clock.advance(5_000)
    expect(sent).toMatchObject([
      {
        numbers: { services: { users: { ends: [1] } } },
        served: { services: { '': { ends: [1, 1], callers: { checkout: [1], '': [0, 1] }, endpoints: {} } } },
      },
    ])
  })

  it('counts what a handler throws as the failure that it is', async () => {
    const { clock, sent, mesh, ctx } = given()
    const worker = mesh.serve<object>({ fetch: async () => Promise.reject(new Error('oops')) })
    await clock.run(Promise.resolve(worker.fetch(new Request('http://me/'), {}, ctx())))
    await clock.advance(5_000)
    expect(sent[0]?.served?.services['']).toMatchObject({
      ends: [0, 1],
      errors: { internal: 1 },
    })
  })

  it('tells of a call that nobody keeps alive with the next one, and does not make it wait', async () => {
    const { clock, sent, mesh, ctx } = given()
    const before = clock.now()
    await clock.run(mesh.fetch('http://users/a'))
    expect(clock.now()).toBe(before)
    await clock.advance(20_000)
    expect(sent).toEqual([])
    await clock.run(mesh.for(new Request('http://front/'), ctx()).fetch('http://users/a'))
    await clock.advance(5_000)
    expect(sent[0]?.numbers?.services.users?.ends).toEqual([2])
  })

  it('goes to the mesh where there is no binding of its own for it', async () => {
    const { clock, sent, mesh, ctx } = given((sink) => ({ MESH: sink }))
    await clock.run(mesh.for(new Request('http://front/'), ctx()).fetch('http://users/a'))
    await clock.advance(5_000)
    expect(sent.length).toBe(1)
  })

  it('says once, for who reads all of the log, that nobody is told', async () => {
    const { clock, lines, mesh } = given(() => ({}))
    for (let call = 0; call < 3; call++) {
      await clock.run(mesh.fetch('http://users/a'))
      await clock.advance(5_000)
    }
    expect(lines).toMatchObject([
      { level: 'info', event: 'not_reported', message: expect.stringContaining('no binding "MESH"') },
    ])
  })

  it('says once that it is not listened to, and why; calls are served as ever', async () => {
    const refuse = { digest: () => Promise.reject(new Error('The binding names no caller.')) }
    const { clock, lines, mesh, ctx } = given(() => ({ STATS: refuse }))
    for (let call = 0; call < 3; call++) {
      const answer = await clock.run(mesh.for(new Request('http://front/'), ctx()).fetch('http://users/a'))
      expect(answer.status).toBe(200)
      await clock.advance(5_000)
    }
    expect(lines).toMatchObject([
      {
        level: 'warn',
        event: 'not_reported',
        message: '"STATS" takes no numbers: Error: The binding names no caller.',
      },
    ])
  })
})

it('can be made at module scope, where there is neither clock nor chance', () => {
  const none = (): never => {
    throw new Error('Disallowed operation called within global scope.')
  }
  const registry = memoryRegistry()
  const make = () =>
    createMesh({
      registry,
      clock: { now: none, after: none },
      random: { next: none, hex: none },
      env: { STATS: { digest: async () => true } },
      stats: stats({ fleet: 'first' }),
    })
  expect(make).not.toThrow()
})
