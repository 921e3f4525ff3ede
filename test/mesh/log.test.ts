/** What a mesh tells its log of: each change of state where it happens, once, and nothing while all is well. */
import { describe, expect, it } from 'vitest'
import { createMesh } from '../../src/mesh/mesh.ts'
import type { MeshOptions } from '../../src/mesh/options.ts'
import type { LogLine } from '../../src/telemetry/log.ts'
import { memoryRegistry, seeded } from '../../src/testing.ts'
import { quickClock } from '../support/upstream.ts'

const EU = 'https://eu.example.com'
const US = 'https://us.example.com'
const once = { retry: { attempts: 0 } }

function given(records: Record<string, object | string>, options: Partial<MeshOptions> = {}) {
  const lines: LogLine[] = []
  const clock = quickClock()
  const registry = memoryRegistry(records)
  /** Status by the origin of an endpoint; 0 does not answer. Others are well. */
  const status: Record<string, number> = {}
  const mesh = createMesh({
    registry,
    clock,
    random: seeded(7),
    log: (line) => void lines.push(line),
    fetch: (async (url: string) => {
      const code = status[new URL(url).origin] ?? 200
      if (code === 0) throw new Error('Network connection lost.')
      return new Response(null, { status: code, headers: code === 503 ? { 'retry-after': '1' } : {} })
    }) as typeof fetch,
    ...options,
  })
  const call = (name: string) => clock.run(mesh.fetch(`http://${name}/`).catch(() => {}))
  const calls = async (name: string, count: number, everyMs = 0) => {
    for (let index = 0; index < count; index++) {
      await call(name)
      await clock.advance(everyMs)
    }
  }
  const events = () => lines.filter(({ event }) => event !== 'error').map(({ event }) => event)
  return { lines, events, clock, registry, status, call, calls }
}

describe('the log of a mesh', () => {
  it('is told nothing while all is well', async () => {
    const { lines, calls } = given({ users: EU })
    await calls('users', 20, 1000)
    expect(lines).toEqual([])
  })

  it('is told of an endpoint that is ejected, and again when it is readmitted', async () => {
    const { lines, events, status, calls } = given({
      users: { ...once, endpoints: [EU, US], loadBalancer: 'round-robin' },
    })
    status[EU] = 500
    // What fails is asked less.
    while (events().length === 0) await calls('users', 1, 1000)
    const of = { level: 'warn', key: 'services/users', endpoint: EU }
    expect(lines).toMatchObject([{ ...of, event: 'ejected', forMs: 5000 }])
    // The probe fails, and it is left alone for longer.
    while (events().length === 1) await calls('users', 1, 1000)
    expect(events()).toEqual(['ejected', 'ejected'])
    expect(lines.at(-1)?.forMs).toBeGreaterThan(5000)
    status[EU] = 200
    await calls('users', 60, 1000)
    expect(events()).toEqual(['ejected', 'ejected', 'readmitted'])
    expect(lines.at(-1)).toMatchObject({ ...of, event: 'readmitted' })
  })

  it('is told of a failover, and when it is over', async () => {
    const { lines, events, status, calls, clock } = given({
      users: { alias: ['users-eu', 'users-us'] },
      'users-eu': { ...once, endpoints: [EU] },
      'users-us': { ...once, endpoints: [US] },
    })
    status[EU] = 502
    await calls('users', 6)
    expect(events()).toEqual(['failover_on'])
    expect(lines[0]).toMatchObject({ level: 'warn', key: 'services/users-eu', forMs: 5000 })
    status[EU] = 200
    await clock.advance(5000)
    await calls('users', 2)
    expect(events()).toEqual(['failover_on', 'failover_off'])
  })

  it('is told when calls are held back for want of capacity, and when none is any more', async () => {
    const { lines, events, status, calls, clock } = given({
      users: { ...once, endpoints: [EU], outlierDetection: { maxEjectionPercent: 0 } },
    })
    status[EU] = 503
    await calls('users', 60, 20)
    expect(events()).toEqual(['throttle_on'])
    expect(lines.find(({ event }) => event === 'throttle_on')).toMatchObject({ level: 'warn', key: 'services/users' })
    status[EU] = 200
    await clock.advance(60_000)
    await calls('users', 2000, 20)
    expect(events()).toEqual(['throttle_on', 'throttle_off'])
  })

  it('is told that the throttle is off when there were no calls for long, too', async () => {
    const { events, status, calls, clock } = given({ users: { ...once, endpoints: [EU] } })
    status[EU] = 503
    await calls('users', 60, 20)
    status[EU] = 200
    await clock.advance(3_600_000)
    await calls('users', 1)
    expect(events().filter((event) => event.startsWith('throttle'))).toEqual(['throttle_on', 'throttle_off'])
  })

  it('is told once why a record is refused, and when it is obeyed again', async () => {
    const { lines, events, registry, calls } = given({ users: EU })
    await calls('users', 1)
    registry.set('users', { endpoints: ['https://admin:hunter2@eu.example.com?x'] }, '8')
    await calls('users', 20, 1000)
    expect(events()).toEqual(['record_refused'])
    expect(lines[0]).toMatchObject({ level: 'error', key: 'services/users', revision: '8' })
    expect(lines[0]?.message).toMatch(/^services\/users: \$\.endpoints\[0\]: Expected an http/)
    expect(JSON.stringify(lines)).not.toContain('hunter2')
    registry.set('users', { endpoints: ['ftp://other'] }, '9')
    await calls('users', 20, 1000)
    expect(events()).toEqual(['record_refused', 'record_refused'])
    registry.set('users', US, '10')
    await calls('users', 20, 1000)
    expect(events()).toEqual(['record_refused', 'record_refused', 'record_accepted'])
    expect(lines.at(-1)).toMatchObject({ level: 'warn', key: 'services/users', revision: '10' })
  })

  it('is told when the registry does not answer, and when it does again, though records serve on', async () => {
    const memory = memoryRegistry({ users: EU })
    let read: typeof memory.read = (keys) => memory.read(keys)
    const { lines, events, calls } = given({}, { registry: { read: (keys) => read(keys) } })
    await calls('users', 1)
    read = async () => {
      throw new Error('KV is down.')
    }
    await calls('users', 20, 1000)
    expect(events()).toEqual(['registry_lost'])
    expect(lines[0]).toMatchObject({ level: 'error', message: 'The registry could not be read: Error: KV is down..' })
    read = () => new Promise(() => {})
    await calls('users', 20, 1000)
    expect(events()).toEqual(['registry_lost'])
    read = (keys) => memory.read(keys)
    await calls('users', 20, 1000)
    expect(events()).toEqual(['registry_lost', 'registry_back'])
    expect(lines.filter(({ event }) => event === 'error')).toEqual([])
  })

  it('is not told of a registry that a caller has no time to wait for', async () => {
    const { events, clock } = given({})
    const mesh = createMesh({ registry: { read: () => new Promise(() => {}) }, clock, log: 'off' })
    await clock.run(mesh.fetch('http://users/', { headers: { 'selvedge-timeout-ms': '100' } }).catch(() => {}))
    expect(events()).toEqual([])
  })

  it('is not flooded by names that strangers make up', async () => {
    const { lines, call, clock } = given({})
    for (let name = 0; name < 50; name++) await call(`no-such-${name}`)
    expect(lines).toHaveLength(1)
    await clock.advance(1000)
    await call('no-such')
    expect(lines.map(({ code, leftOut }) => [code, leftOut])).toEqual([
      ['service_not_found', undefined],
      ['service_not_found', 49],
    ])
  })

  it('writes to the console from the level it is given on, and is a slip at construction otherwise', () => {
    expect(() => given({}, { log: 'loud' as never })).toThrow(/log is/)
  })
})
