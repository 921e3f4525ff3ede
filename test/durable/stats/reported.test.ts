/** What functions with the library tell: who that is, their binding says, whatever the digest does. */
import { describe, expect, it } from 'vitest'
import { virtualClock } from '../../../src/core/time/virtual-clock.ts'
import { statsEngine } from '../../../src/durable/stats/stats-engine.ts'
import type { FleetView } from '../../../src/telemetry/fleet/view.ts'
import type { NumbersDigest } from '../../../src/telemetry/numbers/numbers-digest.ts'
import { NOTHING } from '../../../src/telemetry/numbers/sum.ts'
import { failing, told, well } from '../../support/given-fleet.ts'
import { nodeStore } from '../../support/node-store.ts'

function given(services = 2_000) {
  const clock = virtualClock({ startAt: 1_760_000_000_000 })
  const written: [string, FleetView][] = []
  const stats = statsEngine({
    store: nodeStore(),
    clock,
    numberCaps: { bytes: 1e9, services },
    publish: (key, view) => written.push([key, JSON.parse(view) as FleetView]),
  })
  const sums = () =>
    stats.sums(60_000).services.map(({ service, reporter, numbers: { ends, callers } }) => ({
      service,
      reporter,
      ends,
      callers,
    }))
  return { clock, stats, sums, written }
}

const calls = (service: string, many: number, caller = ''): NumbersDigest => ({
  overflow: 0,
  services: { [service]: { ...NOTHING, ends: [many], callers: { [caller]: [many] } } },
})

describe('a report of a function', () => {
  it('is told beside that of the mesh, and of the one who is called', () => {
    const { stats, sums } = given()
    stats.digest({ isolate: 'a', sequence: 1, numbers: calls('users', 5, 'checkout') })
    stats.report('checkout', { isolate: 'b', sequence: 1, numbers: calls('users', 3) })
    stats.report('users', { isolate: 'c', sequence: 1, served: calls('', 7, 'checkout') })
    expect(sums()).toEqual([
      { service: 'users', reporter: 'mesh', ends: [5], callers: { checkout: [5] } },
      { service: 'users', reporter: 'source', ends: [3], callers: { checkout: [3] } },
      { service: 'users', reporter: 'destination', ends: [7], callers: { checkout: [7] } },
    ])
  })

  it('is of the caller that its binding names, whatever it says', () => {
    const { stats, sums } = given()
    stats.report('checkout', { isolate: 'a', sequence: 1, numbers: calls('users', 3, 'bank') })
    stats.report('checkout', { isolate: 'a', sequence: 2, served: calls('bank', 4, 'cart') })
    expect(sums()).toEqual([
      { service: 'checkout', reporter: 'destination', ends: [4], callers: { cart: [4] } },
      { service: 'users', reporter: 'source', ends: [3], callers: { checkout: [3] } },
    ])
  })

  it('cannot pass for one of the mesh', () => {
    const { stats, sums } = given()
    stats.report('checkout', { isolate: 'a', sequence: 1, numbers: calls('mesh users', 3) })
    stats.report('checkout', { isolate: 'a', sequence: 2, numbers: calls('destination users', 3) })
    expect(sums()).toEqual([{ service: '(other)', reporter: 'source', ends: [6], callers: { checkout: [6] } }])
  })

  it('uses up no number of an isolate of somebody else', () => {
    const { stats } = given()
    expect(stats.report('thief', { isolate: 'a', sequence: 1_000, numbers: calls('users', 1) })).toBe(true)
    expect(stats.digest({ isolate: 'a', sequence: 1, numbers: calls('users', 1) })).toBe(true)
    expect(stats.report('checkout', { isolate: 'a', sequence: 1, numbers: calls('users', 1) })).toBe(true)
    expect(stats.report('checkout', { isolate: 'a', sequence: 1, numbers: calls('users', 1) })).toBe(false)
  })

  it('takes no room from what the mesh counts', () => {
    const { stats, sums } = given(2)
    for (let name = 0; name < 5; name++) {
      stats.report('checkout', { isolate: 'a', sequence: name + 1, numbers: calls(`invented-${name}`, 1) })
    }
    stats.digest({ isolate: 'b', sequence: 1, numbers: calls('users', 1) })
    expect(sums().map(({ service, reporter, ends }) => [service, reporter, ends[0]])).toEqual([
      ['(other)', 'source', 3],
      ['invented-0', 'source', 1],
      ['invented-1', 'source', 1],
      ['users', 'mesh', 1],
    ])
  })

  it.each(['', 'no name', 'a b', '../x'])('is refused of "%s", which is no name', (caller) => {
    const { stats } = given()
    expect(stats.report(caller, { isolate: 'a', sequence: 1, numbers: calls('users', 1) })).toBe(false)
  })

  it('says whom records let through, of its own calls and of its own record alone', () => {
    const { stats } = given()
    const access = { 'checkout users readers': [1], 'bank users readers': [5], 'cart checkout own': [0, 2] }
    const numbers = { overflow: 0, services: { users: { ...NOTHING, ends: [1], access } } }
    const served = { overflow: 0, services: { '': { ...NOTHING, ends: [1], access } } }
    stats.report('checkout', { isolate: 'a', sequence: 1, numbers, served })
    expect(stats.sums(60_000).services.map(({ reporter, numbers: { access } }) => [reporter, access])).toEqual([
      ['destination', { 'cart checkout own': [0, 2] }],
      ['source', { 'checkout users readers': [1] }],
    ])
  })

  it('leaves a tap as much of the isolates that can tell anything of it', () => {
    const { stats } = given()
    stats.digest({ isolate: 'a', sequence: 1, numbers: calls('users', 1) })
    for (let isolate = 0; isolate < 100; isolate++) {
      stats.report('checkout', { isolate: `${isolate}`, sequence: 1, numbers: calls('users', 1) })
    }
    expect(stats.totals().isolates).toBe(101)
    expect(stats.openTap({}, 60_000)?.most).toBe(20)
  })

  it('brings no shapes, and sees no tap', () => {
    const { stats } = given()
    stats.openTap({}, 60_000)
    const shapes = { share: 1, drawn: 0, shapes: [] }
    expect(stats.report('checkout', { isolate: 'a', sequence: 1, shapes, taps: [] })).toBe(true)
    expect(stats.shapes().items).toEqual([])
  })

  it('is over time as one reporter has counted it, the mesh before all others', () => {
    const { stats } = given()
    const total = (reporter?: 'source') =>
      stats.series('users', 600_000, reporter).points.reduce((sum, { numbers: { ends } }) => sum + (ends[0] ?? 0), 0)
    stats.report('checkout', { isolate: 'a', sequence: 1, numbers: calls('users', 3) })
    expect(total()).toBe(3)
    stats.digest({ isolate: 'b', sequence: 1, numbers: calls('users', 5) })
    expect([total(), total('source')]).toEqual([5, 3])
  })
})

describe('what isolates learn from each other', () => {
  const numbers = told({ a: failing(), b: well() })
  const suspects = (answer: unknown) =>
    (answer as { fleet?: FleetView }).fleet?.endpoints.map(({ endpoint }) => endpoint)

  it('is answered to those that ask, from the third report on', () => {
    const { stats } = given()
    const tell = (isolate: string, fleet?: 'digests') => stats.digest({ isolate, sequence: 1, numbers, fleet })
    expect([tell('1', 'digests'), tell('2', 'digests')]).toEqual([true, true])
    expect(suspects(tell('3', 'digests'))).toEqual(['a'])
    expect(tell('4')).toBe(true)
  })

  it('stays among the isolates of one function: it misleads nobody else', () => {
    const { stats } = given()
    for (let isolate = 0; isolate < 10; isolate++) {
      stats.report('liar', { isolate: `${isolate}`, sequence: 1, numbers, fleet: 'digests' })
    }
    const ask = { isolate: 'x', sequence: 1, numbers: told({ a: well(), b: well() }), fleet: 'digests' } as const
    expect(stats.digest(ask)).toBe(true)
    expect(stats.report('checkout', ask)).toBe(true)
    expect(suspects(stats.report('liar', ask))).toEqual(['a'])
  })

  it('is written under a key for each of them, where they read it first', () => {
    const { stats, written } = given()
    for (let isolate = 0; isolate < 3; isolate++) {
      stats.digest({ isolate: `${isolate}`, sequence: 1, numbers, fleet: 'first' })
      stats.report('checkout', { isolate: `${isolate}`, sequence: 1, numbers, fleet: 'first' })
    }
    expect(written.map(([key, { endpoints }]) => [key, endpoints.length])).toEqual([
      ['fleet', 1],
      ['fleet/checkout', 1],
    ])
  })

  it('asks for nothing that this version does not know', () => {
    const { stats } = given()
    expect(stats.digest({ isolate: 'a', sequence: 1, numbers, fleet: 'all' as 'first' })).toBe(true)
  })
})
