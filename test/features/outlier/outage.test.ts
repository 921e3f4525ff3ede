import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Verdict } from '../../../src/core/effects.ts'
import { type Random, seeded } from '../../../src/core/time/random.ts'
import { outage } from '../../../src/features/outlier/outage.ts'
import { type OutlierDetection, outlierPolicy } from '../../../src/features/outlier/policy.ts'

/** Chance that is always the middle. */
const middling: Random = { next: () => 0.5, hex: () => '' }
const REQUEST_MS = 15_000

/** A service of so many endpoints. Each attempt takes a millisecond; what is let through is sent at once. */
function given(endpoints: number, written: OutlierDetection = {}, random = middling) {
  const down = outage(endpoints, outlierPolicy(written), random)
  let now = 1_000_000
  let probeAt: number | undefined
  const told = (verdict: Verdict, source: number) => {
    now += 1
    const sentAt = down.send(now, now + REQUEST_MS) ? now : (probeAt ?? now)
    down.record(verdict, sentAt, now + 1, [source])
    probeAt = undefined
    now += 1
  }
  return {
    down,
    told,
    now: () => now,
    pass: (ms: number) => {
      now += ms
    },
    admits: () => {
      const isAdmitted = down.admits(now)
      if (isAdmitted && down.send(now, now + REQUEST_MS)) probeAt = now
      return isAdmitted
    },
    says: (...verdicts: Verdict[]) => {
      for (const verdict of verdicts) told(verdict, 0)
    },
  }
}

const faults = (count: number): Verdict[] => Array.from({ length: count }, () => 'fault')

describe('outage', () => {
  it.each([
    [1, 3],
    [3, 3],
    [5, 5],
    [10, 10],
    [1000, 10],
  ])('of %d endpoints begins after %d faults in a row', (endpoints, limit) => {
    const { says, admits } = given(endpoints)
    says(...faults(limit - 1))
    expect(admits()).toBe(true)
    says('success', ...faults(limit - 1), 'nothing')
    expect(admits()).toBe(true)
    says('fault')
    expect(admits()).toBe(false)
  })

  it('waits for more faults where the record says so, and follows an edit', () => {
    const { down, says, admits } = given(2, { consecutive: 20 })
    says(...faults(19))
    expect(admits()).toBe(true)
    down.watch(2, outlierPolicy({ consecutive: 5 }))
    says('fault')
    expect(admits()).toBe(false)
  })

  it('never begins where detection is off', () => {
    const { says, admits } = given(1, { maxEjectionPercent: 0 })
    says(...faults(50))
    expect(admits()).toBe(true)
  })

  it('lets one call through when its time is up, and no other until that one is told of', () => {
    const { says, admits, pass } = given(1)
    says(...faults(3))
    pass(4990)
    expect(admits()).toBe(false)
    pass(10)
    expect([admits(), admits(), admits()]).toEqual([true, false, false])
    says('success')
    expect([admits(), admits()]).toEqual([true, true])
  })

  it('lets another through where the first is never heard of', () => {
    const { says, admits, pass } = given(1)
    says(...faults(3))
    pass(5000)
    expect(admits()).toBe(true)
    pass(REQUEST_MS)
    expect(admits()).toBe(false)
    pass(1)
    expect([admits(), admits()]).toEqual([true, false])
  })

  it('lets another through where the first has shown nothing', () => {
    const { says, admits, pass } = given(1)
    says(...faults(3))
    pass(5000)
    expect(admits()).toBe(true)
    says('nothing')
    expect([admits(), admits()]).toEqual([true, false])
  })

  it('goes on for longer with every probe that fails, up to the longest', () => {
    const { says, admits, pass } = given(1, { baseEjection: '5s', maxEjection: '20s' })
    says(...faults(3))
    for (const lengthMs of [5000, 7500, 15_000, 20_000, 20_000]) {
      pass(lengthMs - 10)
      expect(admits(), `${lengthMs}`).toBe(false)
      pass(10)
      expect(admits(), `${lengthMs}`).toBe(true)
      // The retries of the probe fail, too: they are of the same call.
      says('fault')
    }
  })

  it('counts the attempts of one probe as one', () => {
    const { says, admits, pass } = given(1)
    says(...faults(3))
    pass(5000)
    expect(admits()).toBe(true)
    says('fault', 'fault', 'fault')
    pass(7490)
    expect(admits()).toBe(false)
    pass(10)
    expect(admits()).toBe(true)
  })

  it('ends with a success from anyone, and not with one that was sent before', () => {
    const { down, says, admits, now } = given(1)
    const early = now()
    says(...faults(3))
    down.record('success', early, now(), [])
    expect(admits()).toBe(false)
    says('fault', 'success')
    expect(admits()).toBe(true)
  })

  it('is not begun again by what was sent before it ended', () => {
    const { down, says, admits, now, pass } = given(1)
    says(...faults(3))
    const early = now()
    pass(5000)
    expect(admits()).toBe(true)
    says('success')
    for (let late = 0; late < 9; late++) down.record('fault', early + 1, now(), [])
    expect(admits()).toBe(true)
  })

  it('goes on with the ladder where it begins again too soon, and from the start where it does not', () => {
    const { says, admits, pass } = given(1)
    says(...faults(3))
    pass(5000)
    admits()
    says('success', 'success', ...faults(3))
    pass(7490)
    expect(admits()).toBe(false)
    pass(10)
    expect(admits()).toBe(true)
    says('success')
    // Well for as long as it was left alone.
    pass(7500)
    says(...faults(3))
    pass(4990)
    expect(admits()).toBe(false)
    pass(10)
    expect(admits()).toBe(true)
  })

  it('goes on from the start after 200 successes, though it was not well for as long as it was left alone', () => {
    for (const [successes, lengthMs] of [
      [198, 15_000],
      [199, 5000],
    ] as const) {
      const { says, admits, pass } = given(1, { baseEjection: '5s' })
      says(...faults(3))
      pass(5000)
      says('fault')
      pass(7500)
      // The probe's is the first of them.
      says('success')
      says(...Array.from({ length: successes }, (): Verdict => 'success'), ...faults(3))
      pass(lengthMs - 10)
      expect(admits(), `${successes}`).toBe(false)
      pass(10)
      expect(admits(), `${successes}`).toBe(true)
    }
  })

  it('counts what one bad request may cause once for each who asks for something else, or ten in a row', () => {
    const { told, admits } = given(1)
    for (let time = 0; time < 9; time++) told('doubt', 7)
    expect(admits()).toBe(true)
    told('doubt', 7)
    expect(admits()).toBe(false)
    const other = given(1)
    for (const source of [7, 8, 7, 8]) other.told('doubt', source)
    expect(other.admits()).toBe(true)
    other.told('doubt', 9)
    expect(other.admits()).toBe(false)
  })

  it('takes ten refusals in a row for an outage, and a success ends the run', () => {
    const { says, admits } = given(3)
    const refusals = (count: number) => Array.from({ length: count }, (): Verdict => 'refusal')
    says(...refusals(9), 'success', ...refusals(9))
    expect(admits()).toBe(true)
    says('refusal')
    expect(admits()).toBe(false)
  })

  it('waits for a call that was let through to be sent no longer than a tenth of a second', () => {
    const { down, says, now, pass } = given(1)
    says(...faults(3))
    pass(5000)
    // A preflight: it is answered without an endpoint.
    expect([down.admits(now()), down.admits(now())]).toEqual([true, false])
    pass(100)
    expect(down.admits(now())).toBe(true)
    expect(down.send(now(), now() + REQUEST_MS)).toBe(true)
    pass(200)
    expect([down.admits(now()), down.send(now(), now() + REQUEST_MS)]).toEqual([false, false])
  })

  it('is over when detection is switched off, and begins from the start when that is undone', () => {
    const { down, says, admits, pass } = given(1)
    says(...faults(3))
    pass(5000)
    says('fault')
    expect(admits()).toBe(false)
    down.watch(1, outlierPolicy({ maxEjectionPercent: 0 }))
    says(...faults(20))
    expect(admits()).toBe(true)
    down.watch(1, outlierPolicy())
    says(...faults(2))
    expect(admits()).toBe(true)
    says('fault')
    pass(4990)
    expect(admits()).toBe(false)
    pass(10)
    expect(admits()).toBe(true)
  })

  it('keeps its word, whatever happens', () => {
    const step = fc.oneof(
      fc.record({ pass: fc.integer({ min: 0, max: 20_000 }) }),
      fc.record({ says: fc.constantFrom<Verdict>('fault', 'success', 'nothing') }),
      fc.record({ asks: fc.integer({ min: 1, max: 3 }) }),
    )
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 30 }),
        fc.array(step, { maxLength: 120 }),
        fc.nat(),
        (endpoints, steps, seed) => {
          const { says, admits, pass } = given(endpoints, {}, seeded(seed))
          const limit = Math.max(3, Math.min(endpoints, 10))
          let inARow = 0
          for (const taken of steps) {
            if ('pass' in taken) pass(taken.pass)
            else if ('says' in taken) {
              says(taken.says)
              if (taken.says === 'fault') inARow += 1
              if (taken.says === 'success') inARow = 0
            } else {
              const answers = Array.from({ length: taken.asks }, admits)
              // Nobody is turned away from a service that has just served, or has not failed often enough.
              if (inARow < limit) expect(answers).not.toContain(false)
              // Of one that fails, at most one call of all finds out.
              else expect(answers.filter(Boolean).length).toBeLessThanOrEqual(1)
            }
          }
          // Whatever happened, it is asked again in the end.
          pass(300_001)
          expect(admits()).toBe(true)
          says('success')
          expect([admits(), admits()]).toEqual([true, true])
        },
      ),
      { numRuns: 400 },
    )
  })
})
