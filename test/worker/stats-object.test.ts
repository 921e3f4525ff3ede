/// <reference types="@cloudflare/vitest-plugin/types" />
/** The stats object in workerd: its SQLite, its alarm and its calls are the platform's. */
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { describe, expect, it, vi } from 'vitest'
import type { StatsObject } from '../../src/durable/stats-object.ts'
import type { Digest } from '../../src/telemetry/digest.ts'
import { failing, told, well } from '../support/given-fleet.ts'

const { STATS_OBJECT, REGISTRY } = env as object as {
  STATS_OBJECT: DurableObjectNamespace<StatsObject>
  REGISTRY: KVNamespace
}
const stubOf = (mesh: string) => STATS_OBJECT.get(STATS_OBJECT.idFromName(mesh))

function digest(sequence: number, ...paths: string[]): Digest {
  const shapes = paths.map((path) => ({
    service: 'users',
    method: 'GET',
    path,
    headers: ['accept'],
    queries: [],
    values: {},
    caller: undefined,
    class: 'default' as const,
  }))
  return { isolate: 'one', sequence, shapes: { share: 0.5, drawn: paths.length, shapes } }
}

describe('StatsObject', () => {
  it('sums what it is told, and answers with all of it', async () => {
    const object = stubOf('one')
    expect(await object.digest(digest(1, '/a', '/a', '/b'))).toBe(true)
    expect(await object.digest(digest(1, '/a', '/a', '/b'))).toBe(false)
    const { items, cursor } = await object.shapes()
    expect(items.map(({ shape, requests }) => [shape.path, requests])).toEqual([
      ['/a', 4],
      ['/b', 2],
    ])
    expect(cursor).toBeUndefined()
    expect((await object.coverage()).isolates).toBe(1)
  })

  it('writes by its alarm what it was told, and has it when it was evicted', async () => {
    const object = stubOf('two')
    await object.digest(digest(1, '/a'))
    const rows = () =>
      runInDurableObject(object, (_, { storage }) => storage.sql.exec('SELECT COUNT(*) AS rows FROM shapes').one().rows)
    expect(await rows()).toBe(0)
    expect(await runDurableObjectAlarm(object)).toBe(true)
    expect(await rows()).toBe(1)
    await evictDurableObject(object)
    expect(await object.digest(digest(1, '/a'))).toBe(false)
    expect((await object.shapes()).items.map(({ requests }) => requests)).toEqual([2])
    expect(await object.digest(digest(2, '/a'))).toBe(true)
    expect((await object.shapes()).items.map(({ requests }) => requests)).toEqual([4])
  })
})

describe('what isolates have seen together', () => {
  it('is written to the namespace of the registry, and answered', async () => {
    const object = stubOf('fleet')
    const numbers = told({ a: failing(), b: well() })
    for (const isolate of ['1', '2', '3']) await object.digest({ isolate, sequence: 1, numbers, fleet: 'first' })
    const answer = await object.digest({ isolate: '4', sequence: 1, numbers, fleet: 'digests' })
    expect(answer).toMatchObject({ fleet: { endpoints: [{ service: 'users', endpoint: 'a', state: 'failing' }] } })
    const written = () => REGISTRY.getWithMetadata('fleet', 'json')
    await vi.waitFor(async () => expect((await written()).value).not.toBeNull())
    expect((await written()).value).toMatchObject({ endpoints: [{ service: 'users', endpoint: 'a' }] })
    const { keys } = await REGISTRY.list({ prefix: 'fleet' })
    expect(keys[0]?.expiration).toBeGreaterThan(Date.now() / 1000 + 500)
  })
})

describe('a tap of the StatsObject', () => {
  it('tells isolates what is looked for, and who looks what they have seen', async () => {
    const object = stubOf('tapped')
    expect(await object.digest(digest(1, '/a'))).toBe(true)
    const opened = await object.openTap({ service: 'users' }, 60_000)
    const answer = await object.digest(digest(2, '/a'))
    expect(answer).toMatchObject({ taps: [{ id: opened?.id, filter: { service: 'users' }, most: 20 }] })
    const call = {
      at: 1,
      service: 'users',
      method: 'GET',
      path: '/a',
      outcome: 'success' as const,
      tookMs: 1,
      attempts: [],
    }
    const id = opened?.id ?? ''
    await object.digest({ ...digest(3, '/a'), taps: [{ id, calls: [call], leftOut: 1 }] })
    expect(await object.readTap(id)).toEqual({ calls: [{ ...call, isolate: 'one' }], leftOut: 1, isOver: false })
    await object.closeTap(id)
    expect(await object.readTap(id)).toBeUndefined()
    expect(await object.digest(digest(4, '/a'))).toBe(true)
  })

  it('is lost with the memory of an evicted object', async () => {
    const object = stubOf('evicted')
    const opened = await object.openTap({}, 60_000)
    await evictDurableObject(object)
    expect(await object.readTap(opened?.id ?? '')).toBeUndefined()
  })
})
