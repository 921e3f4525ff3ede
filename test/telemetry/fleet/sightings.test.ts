import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Sightings, sightings } from '../../../src/telemetry/fleet/sightings.ts'
import { failing, type Told, told, well } from '../../support/given-fleet.ts'

/** Isolates `1`, `2`, … each tell the same of the endpoint `a`, a second apart, and that `b` is well. */
function tell(seen: Sightings, isolates: number, of: Told, from = 0, name = 'isolate'): number {
  for (let isolate = 1; isolate <= isolates; isolate++) {
    seen.take(`${name} ${isolate}`, told({ a: of, b: well() }), from + isolate * 1000)
  }
  return from + isolates * 1000
}

const bad = (seen: Sightings, now: number) =>
  seen.view(now).endpoints.map(({ endpoint, state }) => `${endpoint} ${state}`)

describe('what isolates see of an endpoint', () => {
  it('is that it fails, where three do and their attempts are twelve', () => {
    const seen = sightings()
    expect(bad(seen, tell(seen, 2, failing()))).toEqual([])
    seen.take('isolate 3', told({ a: failing() }), 3000)
    expect(seen.view(5000)).toEqual({
      at: 5000,
      perSecond: expect.closeTo(3 / 4, 5),
      endpoints: [
        { service: 'users', endpoint: 'a', state: 'failing', ms: 1000, reporters: 3, samples: 12, ageMs: 2000 },
      ],
    })
  })

  it('is nothing where one tells it, however often and of however many attempts', () => {
    const seen = sightings()
    for (let time = 0; time < 100; time++) seen.take('liar', told({ a: failing(1_000) }), time * 1000)
    expect(bad(seen, 100_000)).toEqual([])
  })

  it('is what most say: one that lies neither makes a failing one of it nor a good one', () => {
    const seen = sightings()
    for (let time = 0; time < 20; time++) {
      seen.take('liar', told({ a: failing(1_000), b: well(1_000) }), time * 1000)
      for (const isolate of ['one', 'two', 'three']) seen.take(isolate, told({ a: well(), b: failing() }), time * 1000)
    }
    expect(bad(seen, 20_000)).toEqual(['b failing'])
  })

  it('is nothing where three have tried it once each', () => {
    const seen = sightings()
    expect(bad(seen, tell(seen, 3, failing(1)))).toEqual([])
    expect(bad(seen, tell(seen, 12, failing(1)))).toEqual(['a failing'])
  })

  it('speaks neither for nor against it where it was busy, or the caller left', () => {
    const seen = sightings()
    expect(bad(seen, tell(seen, 12, { ends: { refused: 4, cancelled: 4, expired: 4 } }))).toEqual([])
  })

  it('stays while those who try it now and then see it fail, and ends when most of the last five see it well', () => {
    const seen = sightings()
    let now = tell(seen, 12, failing())
    for (let probe = 0; probe < 12; probe++) {
      now += 10_000
      seen.take(`prober ${probe}`, told({ a: failing(1) }), now)
      expect(bad(seen, now)).toEqual(['a failing'])
    }
    for (const [probe, is] of [['a failing'], ['a failing'], []].entries()) {
      now += 10_000
      seen.take(`late ${probe}`, told({ a: well(1) }), now)
      expect(bad(seen, now)).toEqual(is)
    }
  })

  it('is kept up by nobody alone', () => {
    const seen = sightings()
    let now = tell(seen, 12, failing())
    for (let time = 0; time < 30; time++) {
      now += 5_000
      seen.take('liar', told({ a: failing(1_000) }), now)
    }
    expect(bad(seen, now)).toEqual([])
  })

  it('is forgotten where nobody tries it for two minutes', () => {
    const seen = sightings()
    const now = tell(seen, 12, failing())
    expect(bad(seen, now + 100_000)).toEqual(['a failing'])
    expect(bad(seen, now + 121_000)).toEqual([])
  })

  it('is that it is slow, where it takes three times what the others take', () => {
    const seen = sightings()
    expect(bad(seen, tell(seen, 6, well(4, 25)))).toEqual([])
    const now = tell(seen, 6, well(4, 80), 60_000)
    expect(seen.view(now).endpoints).toMatchObject([{ endpoint: 'a', state: 'slow', ms: expect.closeTo(80, 0) }])
  })

  it('is never that it is slow, where there is no other to compare it with', () => {
    const seen = sightings()
    for (let isolate = 0; isolate < 6; isolate++) seen.take(`${isolate}`, told({ a: well(4, 5_000) }), isolate)
    expect(bad(seen, 10)).toEqual([])
  })

  it('is the same, whatever one more isolate says of it, where four agree', () => {
    const outcomes = fc.record({ success: fc.nat(1e6), failure: fc.nat(1e6), timeout: fc.nat(1e6) })
    const lies = fc.array(fc.record({ a: outcomes, b: outcomes }), { maxLength: 20 })
    fc.assert(
      fc.property(lies, (lies) => {
        const seen = sightings()
        for (let time = 0; time < 5; time++) {
          for (const isolate of ['one', 'two', 'three', 'four']) {
            seen.take(isolate, told({ a: failing(), b: well() }), time * 5000)
          }
          for (const { a, b } of lies) {
            seen.take('liar', told({ a: { ends: few(a) }, b: { ends: few(b) } }), time * 5000 + 1)
          }
        }
        expect(bad(seen, 25_000)).toEqual(['a failing'])
      }),
      { numRuns: 50 },
    )
  })

  it('counts reports of the last minute', () => {
    const seen = sightings()
    for (let second = 0; second < 100; second++) for (const one of ['a', 'b']) seen.take(one, told({}), second * 1000)
    expect(seen.view(99_999).perSecond).toBeCloseTo(2, 1)
    expect(seen.view(129_000).perSecond).toBeCloseTo(1, 1)
    expect(seen.view(200_000).perSecond).toBe(0)
  })

  it('counts them since the first of them', () => {
    const seen = sightings()
    for (let report = 0; report < 20; report++) seen.take('a', told({}), 1_000_000 + report * 500)
    expect(seen.view(1_010_000).perSecond).toBeCloseTo(2, 1)
  })

  it('forgets services that nobody has told of for longest, where there are too many endpoints', () => {
    const seen = sightings(6)
    for (let isolate = 0; isolate < 3; isolate++) {
      for (const service of ['one', 'two', 'three']) {
        seen.take(`${isolate}`, told({ a: failing(), b: well() }, service), isolate)
      }
    }
    const services = () => seen.view(10).endpoints.map(({ service }) => service)
    expect(services()).toEqual(['one', 'two', 'three'])
    seen.take('0', told({ a: failing(), b: well() }, 'four'), 3)
    expect(services()).toEqual(['two', 'three'])
    seen.take('0', told(Object.fromEntries(Array.from({ length: 8 }, (_, index) => [`${index}`, well()])), 'large'), 4)
    expect(services()).toEqual([])
  })

  it('tells of 100 endpoints at most', () => {
    const seen = sightings()
    const all = Object.fromEntries(Array.from({ length: 250 }, (_, index) => [`e${index}`, failing()]))
    for (let isolate = 0; isolate < 3; isolate++) seen.take(`${isolate}`, told(all), 0)
    expect(seen.view(0).endpoints.length).toBe(100)
  })
})

/** A histogram is recorded one by one: a million would take a while. */
const few = (ends: Record<string, number>) =>
  Object.fromEntries(Object.entries(ends).map(([outcome, many]) => [outcome, many % 50]))
