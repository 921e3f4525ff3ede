import { afterEach, describe, expect, it, vi } from 'vitest'
import { StatsEntrypoint } from '../../src/control/stats-entrypoint.ts'
import { memoryRegistry } from '../../src/registry/memory.ts'
import type { Digest } from '../../src/telemetry/digest.ts'
import type { Env } from '../../src/worker/env.ts'
import { stats } from '../../src/worker/stats.ts'
import worker, { createWorker, MeshEntrypoint } from '../../src/worker/worker.ts'

afterEach(() => {
  vi.useRealTimers()
})

function given(over: Record<string, unknown> = {}) {
  const sent: { name: string; digest: Digest }[] = []
  const STATS_OBJECT = {
    getByName: (name: string) => ({ digest: async (digest: Digest) => void sent.push({ name, digest }) }),
  }
  const record = JSON.stringify({ endpoints: [{ binding: 'USERS' }] })
  const getWithMetadata = async (key: string) => ({ value: key === 'services/users' ? record : null, metadata: null })
  const REGISTRY = { getWithMetadata } as unknown as KVNamespace
  const USERS = { fetch: async () => new Response('users') }
  return { sent, env: { REGISTRY, USERS, STATS_OBJECT, ...over } as unknown as Env }
}

const ask = async (env: Env, { fetch } = worker, works: Promise<unknown>[] = []) => {
  const ctx = { waitUntil: (work: Promise<unknown>) => void works.push(work), props: {} }
  const answer = await fetch(new Request('http://users/1') as never, env, ctx as unknown as ExecutionContext)
  return answer.text()
}

describe('a Worker with a stats object', () => {
  it('tells it of requests, after they were answered', async () => {
    vi.useFakeTimers()
    const { env, sent } = given({ MESH_SHAPES: '1' })
    const works: Promise<unknown>[] = []
    expect(await ask(env, worker, works)).toBe('users')
    expect(await ask(env, worker, works)).toBe('users')
    expect(sent).toEqual([])
    await vi.advanceTimersByTimeAsync(5_000)
    await Promise.all(works)
    expect(sent).toMatchObject([
      {
        name: 'stats',
        digest: { sequence: 1, shapes: { share: 1, drawn: 2, shapes: [{ path: '/{number}' }, { path: '/{number}' }] } },
      },
    ])
  })

  it('tells numbers of all calls, whatever share of shapes it records', async () => {
    vi.useFakeTimers()
    const { env, sent } = given({ MESH_SHAPES: '0' })
    const works: Promise<unknown>[] = []
    for (let call = 0; call < 3; call++) await ask(env, worker, works)
    await vi.advanceTimersByTimeAsync(5_000)
    await Promise.all(works)
    expect(sent.length).toBe(1)
    const { shapes, numbers } = sent[0]?.digest ?? {}
    expect(shapes).toBeUndefined()
    expect(numbers).toMatchObject({
      overflow: 0,
      services: {
        users: {
          ends: [3],
          attempts: 3,
          retries: 0,
          callers: { '': [3] },
          endpoints: { 'binding:USERS': { ends: [3] } },
        },
      },
    })
  })

  it('tells beside its numbers which endpoint it leaves alone, and what is left of the retry budget', async () => {
    vi.useFakeTimers()
    const record = JSON.stringify({
      endpoints: [{ binding: 'BROKEN' }, { binding: 'USERS' }],
      outlierDetection: { consecutive: 2 },
      loadBalancer: 'round-robin',
    })
    const REGISTRY = { getWithMetadata: async () => ({ value: record, metadata: null }) }
    const BROKEN = { fetch: async () => new Response(null, { status: 503 }) }
    const { env, sent } = given({ MESH_SHAPES: '0', MESH_LOG: 'off', REGISTRY, BROKEN })
    const works: Promise<unknown>[] = []
    for (let call = 0; call < 6; call++) {
      const asked = ask(env, worker, works)
      await vi.advanceTimersByTimeAsync(100)
      await asked
    }
    await vi.advanceTimersByTimeAsync(5_000)
    await Promise.all(works)
    const [{ digest }] = sent as [(typeof sent)[number]]
    expect(digest.learned?.ejected).toMatchObject([{ service: 'users', endpoint: 'binding:BROKEN', because: 'fault' }])
    expect(digest.learned?.budgets.users).toBeGreaterThan(0)
  })

  it('tells nothing where the binding is not there', async () => {
    const { env, sent } = given({ MESH_SHAPES: '1', STATS_OBJECT: undefined })
    const works: Promise<unknown>[] = []
    expect(await ask(env, worker, works)).toBe('users')
    expect(works).toEqual([])
    expect(sent).toEqual([])
    expect(stats(env, memoryRegistry())).toBeUndefined()
  })

  it('is not one where nothing was composed in', async () => {
    const { env } = given()
    const works: Promise<unknown>[] = []
    expect(await ask(env, createWorker(), works)).toBe('users')
    expect(works).toEqual([])
  })

  it('says so where MESH_SHAPES is set and nothing was composed in that reads it', async () => {
    const { env } = given({ MESH_SHAPES: '1', MESH_LOG: 'off' })
    vi.spyOn(console, 'error').mockImplementation(() => {})
    const answer = JSON.parse(await ask(env, createWorker()))
    expect(answer).toMatchObject({ code: 'internal' })
  })

  it.each(['all', '-1', '1.5', '5%'])('refuses MESH_SHAPES "%s"', (MESH_SHAPES) => {
    const { env } = given({ MESH_SHAPES })
    expect(() => stats(env, memoryRegistry())).toThrow(
      new TypeError(`MESH_SHAPES is a share from 0 to 1; got "${MESH_SHAPES}".`),
    )
  })
})

describe('a Worker whose isolates hear of each other', () => {
  const view = (endpoint: string) => ({
    at: Date.now(),
    perSecond: 1e9,
    endpoints: [{ service: 'users', endpoint, state: 'failing', ms: 1000, reporters: 9, samples: 50, ageMs: 0 }],
  })

  function fleet(MESH_FLEET: string) {
    const asked: string[] = []
    const named = (name: string) => ({
      fetch: async () => {
        asked.push(name)
        return new Response(name)
      },
    })
    const endpoints = ['A', 'B', 'C'].map((binding) => ({ binding }))
    const values: Record<string, unknown> = { 'services/users': { endpoints }, fleet: view('binding:A') }
    const reads: string[][] = []
    const entry = (key: string) => ({ value: key in values ? JSON.stringify(values[key]) : null, metadata: null })
    const REGISTRY = {
      async getWithMetadata(keys: string | string[]) {
        reads.push([keys].flat())
        return typeof keys === 'string' ? entry(keys) : new Map(keys.map((key) => [key, entry(key)]))
      },
    }
    const { env, sent } = given({ REGISTRY, MESH_FLEET, MESH_SHAPES: '0', A: named('A'), B: named('B'), C: named('C') })
    return { env, sent, asked, reads }
  }

  it('reads with its first record what they have seen, and goes by it', async () => {
    const { env, asked, reads } = fleet('first')
    for (let call = 0; call < 20; call++) await ask(env)
    expect(new Set(asked)).toEqual(new Set(['B', 'C']))
    expect(reads).toEqual([['services/users', 'fleet']])
  })

  it('says with what it tells that it wants to hear of them, and does from the answer on', async () => {
    vi.useFakeTimers()
    const { env, asked, reads } = fleet('digests')
    const sent: Digest[] = []
    const digest = async (digest: Digest) => {
      sent.push(digest)
      return { fleet: view('binding:A') }
    }
    Object.assign(env, { STATS_OBJECT: { getByName: () => ({ digest }) } })
    const works: Promise<unknown>[] = []
    await ask(env, worker, works)
    await vi.advanceTimersByTimeAsync(5_000)
    await Promise.all(works)
    expect(sent[0]?.fleet).toBe('digests')
    expect(reads).toEqual([['services/users']])
    asked.length = 0
    for (let call = 0; call < 20; call++) await ask(env)
    expect(new Set(asked)).toEqual(new Set(['B', 'C']))
  })

  it.each(['on', '', 'First'])('refuses MESH_FLEET "%s"', (MESH_FLEET) => {
    const { env } = given({ MESH_FLEET })
    expect(() => stats(env, memoryRegistry())).toThrow(
      new TypeError(`MESH_FLEET is off, digests or first; got "${MESH_FLEET}".`),
    )
  })

  it('says so where MESH_FLEET is set and nothing was composed in that reads it', async () => {
    const { env } = given({ MESH_FLEET: 'first', MESH_LOG: 'off' })
    vi.spyOn(console, 'error').mockImplementation(() => {})
    expect(JSON.parse(await ask(env, createWorker()))).toMatchObject({ code: 'internal' })
  })
})

describe('MeshEntrypoint.digest', () => {
  const digest: Digest = { isolate: 'a', sequence: 1 }
  const ctx = (props: object) => ({ props, waitUntil() {} }) as unknown as ExecutionContext

  function reported() {
    const told: unknown[] = []
    const report = async (...args: unknown[]) => {
      told.push(args)
      return true
    }
    const { env } = given({ STATS_OBJECT: { getByName: () => ({ report }) } })
    return { env, told }
  }

  it('hands on what a function has counted, by the name that its binding says', async () => {
    const { env, told } = reported()
    expect(await MeshEntrypoint.digest?.(digest, env, ctx({ caller: 'checkout' }))).toBe(true)
    expect(told).toEqual([['checkout', digest]])
  })

  it.each([{}, { caller: 'no name' }, { caller: 7 }, { vouches: true }])(
    'refuses one whose binding says %j',
    async (props) => {
      const { env, told } = reported()
      await expect(MeshEntrypoint.digest?.(digest, env, ctx(props))).rejects.toThrow('The binding names no caller')
      expect(told).toEqual([])
    },
  )

  it('takes it and tells nobody where nobody counts', async () => {
    const { env } = given({ STATS_OBJECT: undefined })
    expect(await MeshEntrypoint.digest?.(digest, env, ctx({ caller: 'checkout' }))).toBeUndefined()
  })

  it('has three parameters, or workerd would not hand over what the binding says', () => {
    expect(MeshEntrypoint.digest?.length).toBe(3)
    expect(StatsEntrypoint.digest.length).toBe(3)
  })

  it('is not there where nothing was composed in that counts', () => {
    expect(createWorker().MeshEntrypoint).not.toHaveProperty('digest')
  })
})
