/// <reference types="@cloudflare/vitest-plugin/types" />
/** The stats object in workerd: its SQLite, its alarm and its calls are the platform's. */
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import type { StatsObject } from '../../src/durable/stats-object.ts'
import type { Digest } from '../../src/telemetry/digest.ts'

const { STATS_OBJECT } = env as object as { STATS_OBJECT: DurableObjectNamespace<StatsObject> }
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
