import { describe, expect, it } from 'vitest'
import type { Load } from '../../../src/features/balance/balancer.ts'
import { peakEwma } from '../../../src/features/balance/peak-ewma.ts'
import { itIsALoad } from '../../contracts/balancer.ts'

itIsALoad('peakEwma', peakEwma)

const FAR = 1_000_000

/** A load that has seen one answer, which took `ms`. */
function measured(ms: number, at = 0): Load {
  const load = peakEwma()
  load.start(at - ms, FAR).end('success', at)
  return load
}

describe('peakEwma', () => {
  it('costs nothing while nothing is known and nothing is asked: a new endpoint is tried', () => {
    expect(peakEwma().cost(0)).toBe(0)
  })

  it('costs more than any measured endpoint while its first request is under way', () => {
    const unknown = peakEwma()
    unknown.start(0, FAR)
    const worst = peakEwma()
    for (let request = 0; request < 100; request++) worst.start(0, FAR)
    worst.start(0, FAR).end('failure', 300_000, 300_000)
    expect(unknown.cost(1)).toBeGreaterThan(worst.cost(300_000))
  })

  it('costs its latency, times the requests in flight and the one that is to come', () => {
    const load = measured(40)
    expect(load.cost(0)).toBe(40)
    load.start(0, FAR)
    expect(load.cost(0)).toBe(80)
    load.start(0, FAR)
    expect(load.cost(0)).toBe(120)
  })

  it('follows a peak at once, and comes down with time', () => {
    const load = measured(10)
    load.start(0, FAR).end('success', 2000)
    expect(load.cost(2000)).toBe(2000)
    // A good answer right after it does not make it forget.
    load.start(2000, FAR).end('success', 2010)
    expect(load.cost(2010)).toBeGreaterThan(1900)
    // Down to 37 % after ten seconds, and a half after seven.
    expect(measured(2000).cost(10_000)).toBeCloseTo(2000 / Math.E, 6)
    expect(measured(2000).cost(6931)).toBeCloseTo(1000, 0)
  })

  it('counts the age of the oldest request in flight, before it is answered', () => {
    const load = measured(10)
    load.start(0, FAR)
    expect(load.cost(5)).toBeLessThan(21)
    load.start(900, FAR)
    // Two are in flight, and one would be added.
    expect(load.cost(1000)).toBe(3 * 1000)
  })

  it('takes the next oldest when the oldest is answered', () => {
    const load = measured(10)
    const oldest = load.start(0, FAR)
    load.start(900, FAR)
    oldest.end('unsent', 1000)
    expect(load.cost(1000)).toBe(2 * 100)
  })

  it.each(['failure', 'timeout', 'unreachable'] as const)(
    'takes a %s for an answer of at least five seconds',
    (outcome) => {
      const load = peakEwma()
      load.start(0, FAR).end(outcome, 2)
      expect(load.cost(2)).toBe(5000)
      const slow = peakEwma()
      slow.start(0, FAR).end(outcome, 9000)
      expect(slow.cost(9000)).toBe(9000)
    },
  )

  it('believes an endpoint that asks to be left alone, up to five minutes', () => {
    const asked = (hintMs: number) => {
      const load = peakEwma()
      load.start(0, FAR).end('failure', 2, hintMs)
      return load.cost(2)
    }
    expect(asked(60_000)).toBe(60_000)
    expect(asked(3_600_000)).toBe(300_000)
    expect(asked(100)).toBe(5000)
  })

  it('does not lessen what is known by a failure', () => {
    const load = measured(20_000)
    load.start(0, FAR).end('failure', 1)
    expect(load.cost(1)).toBeGreaterThan(19_900)
  })

  it('learns nothing of an endpoint from what was never sent', () => {
    const load = peakEwma()
    load.start(0, FAR).end('unsent', 5000)
    expect(load.cost(5000)).toBe(0)
    expect(load.inFlight(5000)).toBe(0)
  })

  it('learns from a caller that left how long it took at least', () => {
    const load = measured(100)
    load.start(0, FAR).end('cancelled', 3000)
    expect(load.cost(3000)).toBe(3000)
    // One that left early says nothing.
    const quick = measured(100)
    quick.start(0, FAR).end('cancelled', 1)
    expect(quick.cost(1)).toBe(measured(100).cost(1))
  })

  it('does not tell latencies below a millisecond apart: the queue decides', () => {
    const load = measured(0)
    expect(load.cost(0)).toBe(1)
    load.start(0, FAR)
    expect(load.cost(0)).toBe(2)
  })

  it('is no dearer for a lost request once its deadline has passed', () => {
    const load = measured(10)
    load.start(0, 1000)
    expect(load.cost(1000)).toBe(2 * 1000)
    expect(load.cost(1001)).toBeLessThanOrEqual(10)
  })
})
