import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Verdict } from '../../../src/core/effects.ts'
import { type Random, seeded } from '../../../src/core/time/random.ts'
import { outlierDetector, type Suspect } from '../../../src/features/outlier/detector.ts'
import { type OutlierDetection, outlierPolicy } from '../../../src/features/outlier/policy.ts'

/** Chance that is always the middle. */
const middling: Random = { next: () => 0.5, hex: () => '' }

interface Named extends Suspect {
  readonly name: string
}

/** So many endpoints, watched. Each request takes a millisecond. */
function given(count: number, written: OutlierDetection = {}, random = middling) {
  const policy = outlierPolicy(written)
  const detector = outlierDetector(policy, random)
  const endpoints: Named[] = Array.from({ length: count }, (_, index) => ({
    name: 'abcdefghij'[index] ?? '',
    health: undefined,
  }))
  detector.watch(endpoints, policy)
  let now = 1_000_000

  const at = (index: number) => endpoints[index] as Named
  /** Failures that the requests may have caused: who asked for what, of each. */
  const doubts = (index: number, ...sources: number[]) => {
    for (const source of sources) {
      const sentAt = now
      detector.send(at(index), sentAt, sentAt + 15_000)
      now += 1
      detector.record(at(index), 'doubt', sentAt, now, [source])
    }
  }
  const says = (index: number, ...verdicts: Verdict[]) => {
    for (const verdict of verdicts) {
      const sentAt = now
      detector.send(at(index), sentAt, sentAt + 15_000)
      now += 1
      detector.record(at(index), verdict, sentAt, now)
    }
  }
  return {
    detector,
    policy,
    endpoints,
    at,
    doubts,
    says,
    now: () => now,
    pass: (ms: number) => {
      now += ms
    },
    /** Who may be asked. */
    able: (from: readonly Named[] = endpoints) =>
      detector
        .available(from, now)
        .map(({ name }) => name)
        .join(''),
    probe: (index: number, until = now + 15_000) => detector.send(at(index), now, until),
    eject: (index: number) => says(index, 'fault', 'fault', 'fault'),
  }
}

describe('outlierDetector', () => {
  it('ejects after three faults in a row', () => {
    const { says, able } = given(3)
    says(1, 'fault', 'fault')
    expect(able()).toBe('abc')
    says(1, 'fault')
    expect(able()).toBe('ac')
  })

  it('begins to count anew after a success', () => {
    const { says, able } = given(3)
    says(1, 'fault', 'fault', 'success', 'fault', 'fault')
    expect(able()).toBe('abc')
    says(1, 'fault')
    expect(able()).toBe('ac')
  })

  it('takes what says nothing for neither a fault nor a success', () => {
    const { says, able } = given(3)
    says(1, 'fault', 'nothing', 'fault', 'nothing', 'nothing')
    expect(able()).toBe('abc')
    says(1, 'fault')
    expect(able()).toBe('ac')
  })

  it('counts each endpoint by itself', () => {
    const { says, able } = given(4)
    for (let round = 0; round < 2; round++) for (let index = 0; index < 4; index++) says(index, 'fault')
    expect(able()).toBe('abcd')
  })

  it('ejects after as many faults as are written', () => {
    const { says, able } = given(2, { consecutive: 1 })
    says(0, 'fault')
    expect(able()).toBe('b')
  })

  it('counts what one bad request may cause once for each who asks for something else, or ten in a row', () => {
    const { doubts, able } = given(3)
    doubts(0, ...new Array<number>(9).fill(7))
    expect(able()).toBe('abc')
    doubts(0, 7)
    expect(able()).toBe('bc')
    const other = given(3)
    other.doubts(0, 7, 8, 7, 8)
    expect(other.able()).toBe('abc')
    other.doubts(0, 9)
    expect(other.able()).toBe('bc')
  })

  it('counts them neither for one stranger who asks for this and that, nor for one thing that all ask for', () => {
    for (const sources of [
      [
        [1, 100],
        [2, 100],
        [3, 100],
        [4, 100],
      ],
      [
        [1, 100],
        [1, 101],
        [1, 102],
        [1, 103],
      ],
    ]) {
      const { detector, at, able, now } = given(3)
      for (const source of sources) detector.record(at(0), 'doubt', now(), now() + 1, source)
      expect(able()).toBe('abc')
      detector.record(at(0), 'doubt', now(), now() + 1, [8, 108])
      detector.record(at(0), 'doubt', now(), now() + 1, [9, 109])
      expect(able()).toBe('bc')
    }
  })

  it('counts them beside those that speak for themselves', () => {
    const { doubts, says, able } = given(3)
    says(0, 'fault')
    doubts(0, 7, 7)
    says(0, 'nothing')
    expect(able()).toBe('abc')
    doubts(0, 8)
    expect(able()).toBe('bc')
  })

  it('holds no more of who asked than it takes to eject, while a run is open', () => {
    const { doubts, says, at } = given(2, { consecutive: 4, maxEjectionPercent: 50 })
    says(1, 'fault', 'fault', 'fault', 'fault')
    // The other is out: this one stays.
    doubts(0, ...Array.from({ length: 1000 }, (_, source) => source))
    expect(at(0).health?.sources).toHaveLength(4)
    says(0, 'success')
    expect(at(0).health?.sources).toBeUndefined()
  })

  it('takes ten refusals in a row for a fault, as many as are written where that is more, and no fewer', () => {
    for (const [consecutive, run] of [
      [3, 10],
      [12, 12],
    ] as const) {
      const { says, able } = given(3, { consecutive })
      const refusals = (count: number) => Array.from({ length: count }, (): Verdict => 'refusal')
      says(0, ...refusals(run - 1), 'success', ...refusals(run - 1))
      expect(able()).toBe('abc')
      says(0, 'refusal')
      expect(able()).toBe('bc')
    }
  })

  it('stays out with a probe that a request may have spoilt, and is asked again after one that was turned away', () => {
    const { eject, doubts, says, pass, able } = given(3)
    eject(0)
    pass(5000)
    for (let turned = 0; turned < 9; turned++) says(0, 'refusal')
    expect(able()).toBe('abc')
    says(0, 'refusal')
    expect(able()).toBe('bc')
    pass(7500)
    doubts(0, 7)
    expect(able()).toBe('bc')
    pass(14_999)
    expect(able()).toBe('bc')
    pass(1)
    expect(able()).toBe('abc')
  })

  it('tells of the service what it is told of that, whichever endpoint it was', () => {
    const { detector, at, now } = given(3)
    expect(detector.admits(now())).toBe(true)
    for (let index = 0; index < 3; index++) detector.record(at(index), 'fault', now() + 1, now() + 2, [], 'nothing')
    expect(detector.admits(now() + 3)).toBe(true)
    for (let index = 0; index < 3; index++) detector.record(at(index), 'fault', now() + 1, now() + 2)
    expect(detector.admits(now() + 3)).toBe(false)
  })

  it('gives the very list while none is out, and learns nothing of who never fails', () => {
    const { detector, endpoints, says, now, at } = given(3)
    says(0, 'success', 'nothing', 'success')
    expect(detector.available(endpoints, now())).toBe(endpoints)
    expect(at(0).health).toBeUndefined()
  })

  it('lets exactly one request through when its time has passed, and nobody else until that is back', () => {
    const { eject, able, pass, probe } = given(3)
    eject(1)
    pass(4999)
    expect(able()).toBe('ac')
    expect(probe(1)).toBe(false)
    pass(1)
    expect(able()).toBe('abc')
    expect(probe(1)).toBe(true)
    expect(able()).toBe('ac')
    expect(probe(1)).toBe(false)
  })

  it('sends no probe to an endpoint that is not out', () => {
    const { says, probe } = given(3)
    expect(probe(0)).toBe(false)
    says(0, 'fault')
    expect(probe(0)).toBe(false)
  })

  it('readmits when the probe succeeds, and has forgotten the ladder', () => {
    const { detector, endpoints, eject, says, pass, able, now } = given(3)
    eject(1)
    pass(5000)
    says(1, 'fault')
    pass(7500)
    says(1, 'success')
    expect(detector.available(endpoints, now())).toBe(endpoints)
    says(1, 'fault', 'fault')
    expect(able()).toBe('abc')
    says(1, 'fault')
    pass(4999)
    expect(able()).toBe('ac')
    pass(1)
    expect(able()).toBe('abc')
  })

  it('stays out for longer with every probe that fails, to 300 s', () => {
    const { eject, says, pass, at, now } = given(2)
    eject(0)
    const lengths: number[] = []
    for (let rung = 0; rung < 9; rung++) {
      const length = (at(0).health?.until ?? 0) - now()
      lengths.push(length)
      pass(length)
      says(0, 'fault')
    }
    expect(lengths).toEqual([5000, 7500, 15_000, 30_000, 60_000, 120_000, 240_000, 300_000, 300_000])
  })

  it('lets another probe through at once where one came back with nothing to say', () => {
    const { eject, says, pass, able } = given(3)
    eject(1)
    pass(5000)
    says(1, 'nothing')
    expect(able()).toBe('abc')
    says(1, 'fault')
    expect(able()).toBe('ac')
    // The second rung, not the third: nothing was no fault.
    pass(7500)
    expect(able()).toBe('abc')
  })

  it('waits for a probe no longer than said, nor than the longest ejection', () => {
    const { eject, pass, able, probe, now } = given(3)
    eject(1)
    pass(5000)
    expect(probe(1, now() + 1000)).toBe(true)
    pass(1000)
    expect(able()).toBe('ac')
    pass(1)
    expect(able()).toBe('abc')
    expect(probe(1, Number.POSITIVE_INFINITY)).toBe(true)
    pass(300_000)
    expect(able()).toBe('ac')
    pass(1)
    expect(able()).toBe('abc')
  })

  it('leaves a second probe alone when the first, long given up, has nothing to say', () => {
    const { detector, eject, pass, able, probe, now, at } = given(3)
    eject(1)
    pass(5000)
    const sentAt = now()
    probe(1, now() + 1000)
    pass(1001)
    expect(probe(1)).toBe(true)
    detector.record(at(1), 'nothing', sentAt, now())
    expect(able()).toBe('ac')
  })

  it('hears nothing in what was sent before the ejection, or before the readmission', () => {
    const { detector, eject, says, pass, able, now, at } = given(3)
    const before = now()
    eject(1)
    detector.record(at(1), 'success', before, now())
    detector.record(at(1), 'success', now(), now())
    expect(able()).toBe('ac')
    pass(5000)
    for (let late = 0; late < 3; late++) detector.record(at(1), 'fault', before, now())
    says(1, 'success')
    for (let late = 0; late < 3; late++) detector.record(at(1), 'fault', before, now())
    expect(able()).toBe('abc')
  })

  it('hears nothing in a probe, long given up, that fails after another has succeeded', () => {
    const { detector, says, pass, able, probe, now, at } = given(2, { consecutive: 1 })
    says(0, 'fault')
    pass(5000)
    const sentAt = now()
    probe(0, now() + 1000)
    pass(1001)
    says(0, 'success')
    detector.record(at(0), 'fault', sentAt, now())
    expect(able()).toBe('ab')
  })

  it.each([
    [1, 50, 0],
    [2, 50, 1],
    [3, 50, 1],
    [4, 50, 2],
    [5, 50, 2],
    [10, 50, 5],
    [10, 29, 2],
    [10, 0, 0],
    [4, 10, 0],
    [1, 100, 0],
    [3, 100, 2],
  ])('of %i endpoints and %i %%, has at most %i out at once', (count, maxEjectionPercent, most) => {
    const { detector, endpoints, eject, now } = given(count, { maxEjectionPercent })
    for (let index = 0; index < count; index++) eject(index)
    expect(detector.available(endpoints, now())).toHaveLength(count - most)
    expect(detector.isOn).toBe(most > 0)
  })

  it('ejects who goes on failing as soon as there is room', () => {
    const { eject, says, pass, able } = given(2)
    eject(0)
    eject(1)
    expect(able()).toBe('b')
    pass(5000)
    says(0, 'success')
    says(1, 'fault')
    expect(able()).toBe('a')
  })
})

describe('outlierDetector, when the record is edited', () => {
  it('keeps who is out, and is not mistaken about how many', () => {
    const { detector, policy, endpoints, at, eject, able, now } = given(4)
    eject(0)
    const edited = [at(0), at(1), { name: 'x', health: undefined }]
    detector.watch(edited, policy)
    expect(able(edited)).toBe('bx')
    const without = edited.slice(1)
    detector.watch(without, policy)
    expect(detector.available(without, now())).toBe(without)
    // What was removed counts no more: there is room again.
    for (const verdict of ['fault', 'fault', 'fault'] as const) detector.record(at(1), verdict, now(), now())
    expect(able(without)).toBe('x')
    expect(endpoints).toHaveLength(4)
  })

  it('is not mistaken when a call to an endpoint ends that is no longer there', () => {
    const { detector, policy, endpoints, at, says, able } = given(4)
    says(0, 'fault', 'fault')
    const without = endpoints.slice(1)
    detector.watch(without, policy)
    says(0, 'fault')
    expect(at(0).health?.ejections).toBe(1)
    expect(detector.available(without, 0)).toBe(without)
    // Nor does a call with the list from before it ask the one that is out.
    says(1, 'fault', 'fault', 'fault')
    expect(able()).toBe('cd')
  })

  it('takes the new policy', () => {
    const { detector, endpoints, says, able } = given(3)
    says(1, 'fault')
    detector.watch(endpoints, outlierPolicy({ consecutive: 2 }))
    says(1, 'fault')
    expect(able()).toBe('ac')
    detector.watch(endpoints, outlierPolicy({ maxEjectionPercent: 0 }))
    expect(able()).toBe('abc')
  })

  it('readmits all when it is switched off, and has forgotten what was against them when that is undone', () => {
    const { detector, policy, endpoints, eject, says, able, pass } = given(3)
    eject(1)
    says(0, 'fault', 'fault')
    detector.watch(endpoints, outlierPolicy({ maxEjectionPercent: 0 }))
    detector.watch(endpoints, policy)
    expect(able()).toBe('abc')
    says(0, 'fault')
    says(1, 'fault', 'fault')
    expect(able()).toBe('abc')
    says(1, 'fault')
    pass(4999)
    expect(able()).toBe('ac')
    pass(1)
    expect(able()).toBe('abc')
  })

  it('leaves a call from before it all of its endpoints, where all of them are out', () => {
    const { detector, policy, endpoints, eject, able } = given(4)
    eject(0)
    eject(1)
    detector.watch(endpoints, policy)
    expect(able()).toBe('cd')
    expect(able(endpoints.slice(0, 2))).toBe('ab')
  })

  it('asks all of them where more are out than may be', () => {
    const { detector, policy, endpoints, eject, says, now, able } = given(4)
    eject(0)
    eject(1)
    expect(detector.isPanicking).toBe(false)
    const left = endpoints.slice(0, 3)
    detector.watch(left, policy)
    expect(detector.isPanicking).toBe(true)
    expect(detector.available(left, now())).toBe(left)
    const dead = endpoints.slice(0, 2)
    detector.watch(dead, policy)
    expect(detector.available(dead, now())).toBe(dead)
    // What is sent in such need is no probe: a fault leaves the ladder as it is, a success readmits.
    says(0, 'fault', 'fault')
    expect(endpoints[0]?.health?.ejections).toBe(1)
    says(1, 'success')
    expect(able(dead)).toBe('b')
    expect(detector.isPanicking).toBe(false)
  })
})

type Step = { readonly at: number; readonly verdict: Verdict; readonly ms: number; readonly isLate: boolean }

const steps = (count: number) =>
  fc.array(
    fc.record<Step>({
      at: fc.nat({ max: count - 1 }),
      verdict: fc.constantFrom<Verdict>('fault', 'fault', 'fault', 'success', 'nothing'),
      ms: fc.constantFrom(0, 1, 100, 5000, 20_000),
      isLate: fc.boolean(),
    }),
    { maxLength: 200 },
  )

/** Any history: requests to endpoints that may be asked, whose answers come at once or after the next ones. */
const history = fc.integer({ min: 1, max: 10 }).chain((count) => fc.tuple(fc.constant(count), steps(count)))

function play(count: number, played: readonly Step[], each: (world: ReturnType<typeof given>) => void) {
  const world = given(count, {}, seeded(11))
  const late: (() => void)[] = []
  for (const { at, verdict, ms, isLate } of played) {
    const able = world.detector.available(world.endpoints, world.now())
    const chosen = able[at % able.length] as Named
    const sentAt = world.now()
    world.detector.send(chosen, sentAt, sentAt + 15_000)
    world.pass(ms)
    const answer = () => world.detector.record(chosen, verdict, sentAt, world.now())
    if (isLate) late.push(answer)
    else {
      answer()
      late.shift()?.()
    }
    each(world)
  }
  return world
}

describe('outlierDetector, whatever happens (seed 5)', () => {
  const isOut = ({ health }: Suspect) => (health?.ejections ?? 0) > 0

  it('has never more than half of the endpoints out', () => {
    fc.assert(
      fc.property(history, ([count, played]) => {
        play(count, played, ({ detector, endpoints, now }) => {
          expect(endpoints.filter(isOut).length).toBeLessThanOrEqual(count / 2)
          expect(detector.available(endpoints, now()).length).toBeGreaterThanOrEqual(count / 2)
        })
      }),
      { seed: 5 },
    )
  })

  it('offers no endpoint that is out, unless it is due, and every one that is not', () => {
    fc.assert(
      fc.property(history, ([count, played]) => {
        play(count, played, ({ detector, endpoints, now }) => {
          const able = new Set(detector.available(endpoints, now()))
          for (const endpoint of endpoints) {
            const { until = 0, probeAt = 0 } = endpoint.health ?? {}
            if (!isOut(endpoint)) expect(able).toContain(endpoint)
            else if (now() < until) expect(able).not.toContain(endpoint)
            else if (probeAt === now()) expect(able).not.toContain(endpoint)
          }
        })
      }),
      { seed: 5 },
    )
  })

  it('has one probe at a time at most', () => {
    fc.assert(
      fc.property(history, ([count, played]) => {
        play(count, played, ({ detector, endpoints, now }) => {
          for (const endpoint of endpoints) {
            if (detector.send(endpoint, now(), now() + 15_000)) {
              expect(detector.send(endpoint, now(), now() + 15_000)).toBe(false)
              detector.record(endpoint, 'nothing', now(), now())
            }
          }
        })
      }),
      { seed: 5 },
    )
  })

  it('readmits all after they are healthy again, in the time of the longest ejection and a few requests', () => {
    fc.assert(
      fc.property(history, fc.integer(), ([count, played], chance) => {
        const { detector, endpoints, pass, now } = play(count, played, () => {})
        const random = seeded(chance)
        pass(300_001)
        for (let request = 0; request < 50 * count; request++) {
          const able = detector.available(endpoints, now())
          const chosen = able[Math.floor(random.next() * able.length)] as Named
          const sentAt = now()
          detector.send(chosen, sentAt, sentAt + 15_000)
          pass(1)
          detector.record(chosen, 'success', sentAt, now())
        }
        expect(endpoints.filter(isOut)).toEqual([])
        expect(detector.available(endpoints, now())).toBe(endpoints)
      }),
      { seed: 5 },
    )
  })
})
