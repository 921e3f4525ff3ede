/** What a young isolate takes over of what others have seen, and what it does not. */
import { describe, expect, it } from 'vitest'
import { seeded } from '../../../src/core/time/random.ts'
import { virtualClock } from '../../../src/core/time/virtual-clock.ts'
import { createMesh } from '../../../src/mesh/mesh.ts'
import { stats } from '../../../src/mesh/reports/stats.ts'
import { memoryRegistry } from '../../../src/registry/memory.ts'
import type { Registry } from '../../../src/registry/registry.ts'
import type { Digest, DigestAnswer } from '../../../src/telemetry/digest.ts'
import type { FleetEndpoint, FleetMode, FleetView } from '../../../src/telemetry/fleet/view.ts'

const address = (index: number) => `https://e${index}.test`
const MINUTE = 60_000

interface Given {
  readonly mode?: FleetMode
  readonly endpoints?: number
  readonly policy?: object
  /** What stands in KV, so many milliseconds old. */
  readonly written?: {
    readonly endpoints: readonly FleetEndpoint[]
    readonly ageMs?: number
    readonly perSecond?: number
  }
  /** Endpoints that fail. */
  readonly down?: readonly number[]
  /** What an endpoint takes, in milliseconds. */
  readonly takesMs?: (index: number) => number
}

/** A mesh that was just made, and the object that it tells. */
function given({ mode = 'first', endpoints = 4, policy = {}, written, down = [], takesMs = () => 10 }: Given = {}) {
  const clock = virtualClock({ startAt: 10 * MINUTE })
  const records = memoryRegistry({
    users: {
      endpoints: Array.from({ length: endpoints }, (_, index) => address(index)),
      retry: { attempts: 0 },
      ...policy,
    },
  })
  const reads: (readonly string[])[] = []
  const registry: Registry = {
    ...records,
    async read(keys) {
      reads.push(keys)
      const entries = await records.read(keys)
      const { endpoints = [], ageMs = 0, perSecond = 1e9 } = written ?? {}
      const view: FleetView = { at: 10 * MINUTE - ageMs, perSecond, endpoints }
      return entries.map((entry, index) =>
        keys[index] === 'fleet' && written ? { text: JSON.stringify(view) } : entry,
      )
    },
  }
  const sent: Digest[] = []
  const wants = { answer: true as DigestAnswer }
  const STATS = {
    async digest(digest: Digest) {
      sent.push(digest)
      return wants.answer
    },
  }
  const asked: number[] = []
  const mesh = createMesh({
    registry,
    clock,
    random: seeded(3),
    env: { STATS },
    stats: stats({ fleet: mode }),
    log: 'off',
    waitUntil: () => {},
    async fetch(url) {
      const index = Number(/e(\d+)/.exec(String(url))?.[1])
      asked.push(index)
      await new Promise<void>((resolve) => void clock.after(takesMs(index), resolve))
      return new Response(null, { status: down.includes(index) ? 503 : 200 })
    },
  })
  const call = async (times: number) => {
    for (let time = 0; time < times; time++) {
      const lasting = mesh.for(new Request('http://front/'), { waitUntil: () => {} })
      await clock.run(lasting.fetch('http://users/').catch(() => {}))
    }
    return asked.splice(0)
  }
  /** The digest that is due is sent, and answered. */
  const digest = async (endpoints: readonly FleetEndpoint[], perSecond = 1e9) => {
    wants.answer = endpoints.length > 0 ? { fleet: { at: clock.now(), perSecond, endpoints } } : true
    await clock.advance(5_000)
    return sent.at(-1)
  }
  return { clock, call, digest, reads, sent, registry: records }
}

const failing = (index: number, over: Partial<FleetEndpoint> = {}): FleetEndpoint => ({
  service: 'users',
  endpoint: address(index),
  state: 'failing',
  ms: 1000,
  reporters: 5,
  samples: 20,
  ageMs: 0,
  ...over,
})

describe('an isolate that hears of the others first', () => {
  it('sends nothing to an endpoint that they see failing', async () => {
    const { call } = given({ written: { endpoints: [failing(0)] } })
    expect(await call(24)).not.toContain(0)
  })

  it('would have found it out by itself otherwise', async () => {
    const { call } = given({ mode: 'off', written: { endpoints: [failing(0)] } })
    expect(await call(24)).toContain(0)
  })

  it('reads one key more, once', async () => {
    const { call, clock, reads, registry } = given({ written: { endpoints: [] } })
    registry.set('orders', address(0))
    await call(2)
    await clock.advance(20_000)
    await call(2)
    expect(reads).toEqual([['services/users', 'fleet'], ['services/users']])
  })

  it.each([
    ['is five minutes old', { ageMs: 5 * MINUTE }, {}],
    ['was true two minutes before a view that is a minute and a half old', { ageMs: 90_000 }, { ageMs: 100_000 }],
    ['two have told', {}, { reporters: 2 }],
    ['was judged by few attempts', {}, { samples: 11 }],
    ['is of another service', {}, { service: 'orders' }],
    ['is of an endpoint that the record has not', {}, { endpoint: 'https://gone.test' }],
  ])('ignores what %s', async (_, view, over) => {
    const { call } = given({ written: { endpoints: [failing(0, over)], ...view } })
    expect(await call(24)).toContain(0)
  })

  it.each(['', '{', '[]', '{"at":"now"}', '{"at":1,"perSecond":1,"endpoints":{}}', 'null'])(
    'goes on where "%s" stands there',
    async (text) => {
      const { call, registry } = given()
      const { read } = registry
      registry.read = async (keys) =>
        (await read(keys)).map((entry, index) => (keys[index] === 'fleet' ? { text } : entry))
      expect((await call(8)).length).toBe(8)
    },
  )

  it('leaves alone half of the endpoints at most', async () => {
    const { call } = given({ endpoints: 5, written: { endpoints: [failing(0), failing(1)] } })
    expect(new Set(await call(30))).toEqual(new Set([2, 3, 4]))
  })

  it('takes none of them where they say that of more than half', async () => {
    const { call } = given({ endpoints: 5, written: { endpoints: [failing(0), failing(1), failing(2)] } })
    expect(new Set(await call(30))).toEqual(new Set([0, 1, 2, 3, 4]))
  })

  it('takes none where the record switches ejection off', async () => {
    const policy = { outlierDetection: { maxEjectionPercent: 0 } }
    const { call } = given({ policy, written: { endpoints: [failing(0)] } })
    expect(await call(24)).toContain(0)
  })

  it('prefers others to a slow one, and tries it when what was told has faded', async () => {
    const slow = failing(0, { state: 'slow', ms: 2_000 })
    const { call, clock } = given({ written: { endpoints: [slow] } })
    expect(await call(20)).not.toContain(0)
    await clock.advance(MINUTE)
    expect(await call(20)).toContain(0)
  })

  it('tries it when nobody has told anything for three minutes, by one request', async () => {
    const { call, clock } = given({ written: { endpoints: [failing(0)] }, down: [0] })
    expect(await call(10)).not.toContain(0)
    await clock.advance(3 * MINUTE)
    expect((await call(20)).filter((index) => index === 0)).toEqual([0])
  })
})

describe('an isolate that hears of the others in answers', () => {
  it('leaves alone from then on what they see failing, and comes back when they see it well', async () => {
    const { call, digest, clock } = given({ mode: 'digests', endpoints: 2 })
    await call(4)
    // What it has seen itself is forgotten.
    await clock.advance(20_000)
    await call(1)
    expect(await digest([failing(0)])).toMatchObject({ fleet: 'digests' })
    expect(new Set(await call(20))).toEqual(new Set([1]))
    await digest([failing(0)])
    expect(new Set(await call(20))).toEqual(new Set([1]))
    await digest([])
    expect(new Set(await call(20))).toEqual(new Set([0, 1]))
  })

  it('goes by what it sees itself, where that is that an endpoint is well', async () => {
    const { call, digest } = given({ mode: 'digests', endpoints: 2 })
    await call(20)
    await digest([failing(0)])
    expect(new Set(await call(20))).toEqual(new Set([0, 1]))
  })

  it('lets an endpoint be out for longer that it has ejected itself', async () => {
    const { call, digest, clock } = given({ mode: 'digests', endpoints: 4, down: [0] })
    await call(24)
    await digest([failing(0)])
    // By itself it would have probed after five seconds.
    for (let minute = 0; minute < 3; minute++) {
      await clock.advance(20_000)
      expect(await call(10)).not.toContain(0)
      await digest([failing(0)])
    }
  })

  it('tries it now and then, the more seldom the more isolates there are', async () => {
    const probes = async (perSecond: number) => {
      const { call, digest } = given({ mode: 'digests', endpoints: 4, down: [0] })
      await call(4)
      let many = 0
      for (let turn = 0; turn < 30; turn++) {
        await digest([failing(0)], perSecond)
        many += (await call(1)).filter((index) => index === 0).length
      }
      return many
    }
    const [few, more] = [await probes(0.2), await probes(5)]
    expect(few).toBeGreaterThan(8)
    expect(more).toBeLessThan(few / 2)
  })

  it('asks for nothing where it is off', async () => {
    const { call, digest } = given({ mode: 'off' })
    await call(1)
    expect(await digest([failing(0)])).toHaveProperty('fleet', 'off')
    expect(await call(24)).toContain(0)
  })
})

it('refuses a mode that is none', () => {
  expect(() => stats({ fleet: 'on' as FleetMode })).toThrow(new TypeError('fleet is off, digests or first; got "on".'))
})
