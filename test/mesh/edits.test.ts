/** Every way into the mesh obeys an edit of the registry, though the platform ends what nobody holds. */
import { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import { seeded } from '../../src/core/time/random.ts'
import { virtualClock } from '../../src/core/time/virtual-clock.ts'
import { type MeshVariables, selvedge } from '../../src/hono.ts'
import { createMesh } from '../../src/mesh/mesh.ts'
import type { MeshOptions } from '../../src/mesh/options.ts'
import { proxy } from '../../src/mesh/proxy.ts'
import { memoryRegistry } from '../../src/registry/memory.ts'
import { type Invocation, invocations } from '../support/invocations.ts'

/** A read of the registry takes longer than a call. */
const READ_MS = 40
const URL_MS = 5
const ADDRESS = 'http://users/'

const RECORDS = {
  binding: { old: { endpoints: [{ binding: 'OLD' }] }, new: { endpoints: [{ binding: 'NEW' }] } },
  url: { old: 'https://old.example.com', new: 'https://new.example.com' },
}

type Way = (options: MeshOptions) => (invocation: Invocation) => Promise<Response>

const asContext = (invocation: Invocation) => invocation as unknown as ExecutionContext
const incoming = () => new Request('http://front/')

/** Ways in: by a request, and without one as a queue or a cron trigger calls. */
const WAYS: Record<string, Way> = {
  'mesh.fetch alone': (options) => {
    const mesh = createMesh(options)
    return () => mesh.fetch(ADDRESS)
  },
  'mesh.for(request)': (options) => {
    const mesh = createMesh(options)
    return () => mesh.for(incoming()).fetch(ADDRESS)
  },
  'mesh.for(request, ctx)': (options) => {
    const mesh = createMesh(options)
    return (invocation) => mesh.for(incoming(), invocation).fetch(ADDRESS)
  },
  'mesh.fetch in serve': (options) => {
    const mesh = createMesh(options)
    const served = mesh.serve({ fetch: () => mesh.fetch(ADDRESS) })
    return async (invocation) => served.fetch(incoming(), {}, asContext(invocation))
  },
  'mesh.fetch in serve, without a storage': (options) => {
    const mesh = createMesh({ ...options, storage: { run: (_, callback) => callback(), getStore: () => undefined } })
    const served = mesh.serve({ fetch: () => mesh.fetch(ADDRESS) })
    return async (invocation) => served.fetch(incoming(), {}, asContext(invocation))
  },
  hono: (options) => {
    const app = honoApp(options)
    return async (invocation) => app.fetch(incoming(), env, asContext(invocation))
  },
  'hono, without an execution context': (options) => {
    const app = honoApp(options)
    return async () => app.fetch(incoming(), env)
  },
  'a message of a queue, one of ten in a batch': (options) => {
    const mesh = createMesh(options)
    return async () => {
      const answers = await Promise.all(Array.from({ length: 10 }, () => mesh.fetch(ADDRESS)))
      return answers[0] as Response
    }
  },
  'the proxy': (options) => {
    const forward = proxy(options)
    return (invocation) =>
      forward(incoming(), {
        trusted: false,
        identify: () => ({ name: 'users', path: '/' }),
        defer: (work) => invocation.waitUntil(work),
      })
  },
}

const env = {}

function honoApp(options: MeshOptions) {
  const app = new Hono<{ Bindings: typeof env; Variables: MeshVariables }>()
  app.use(selvedge(() => createMesh(options)))
  app.get('/', (c) => c.var.mesh.fetch(ADDRESS))
  return app
}

function given(kind: keyof typeof RECORDS, isHeld: boolean) {
  const time = virtualClock()
  const platform = invocations(time)
  const registry = memoryRegistry({ users: RECORDS[kind].old })
  let reads = 0
  const options: MeshOptions = {
    registry: {
      read(keys) {
        reads += 1
        return platform.io(READ_MS, () => registry.read(keys)).then((entries) => entries)
      },
    },
    env: { OLD: { fetch: async () => new Response('old') }, NEW: { fetch: async () => new Response('new') } },
    fetch: (input) => platform.io(URL_MS, () => new Response(String(input).includes('old') ? 'old' : 'new')),
    clock: platform.clock,
    random: seeded(7),
    ...(isHeld ? { waitUntil: platform.waitUntil } : {}),
  }
  return { time, platform, registry, options, reads: () => reads }
}

const CASES = Object.keys(WAYS).flatMap((way) =>
  (['binding', 'url'] as const).flatMap((kind) => [false, true].map((isHeld) => [way, kind, isHeld] as const)),
)

describe('an edit of the registry', () => {
  it.each(CASES)(
    'is obeyed by %s of a %s by the second call after five seconds (waitUntil: %s)',
    async (way, kind, isHeld) => {
      const { time, platform, registry, options, reads } = given(kind, isHeld)
      const call = (WAYS[way] as Way)(options)
      const said = async () => (await time.run(platform.run(call))).text()

      expect(await said()).toBe('old')
      const readAt = time.now()
      registry.set('users', RECORDS[kind].new)
      const late: string[] = []
      while (time.now() < readAt + 7000) {
        await time.advance(500)
        const isLate = time.now() >= readAt + 5000
        const answer = await said()
        if (isLate) late.push(answer)
      }
      expect(late.length).toBeGreaterThan(3)
      expect(new Set(late.slice(1))).toEqual(new Set(['new']))
      // The first one, or ten at once, when nothing was known; then one.
      expect(reads()).toBe(way.includes('ten') ? 11 : 2)
    },
  )
})
