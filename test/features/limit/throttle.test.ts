import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Priority } from '../../../src/core/priority.ts'
import { type Random, seeded } from '../../../src/core/time/random.ts'
import { type Throttle, throttle } from '../../../src/features/limit/throttle.ts'

const START = 1_000_000
const PRIORITIES: readonly Priority[] = ['critical', 'default', 'sheddable']
const seed = 21

interface Load {
  /** Calls a second, by priority. */
  readonly calls: Partial<Record<Priority, number>>
  readonly seconds: number
  /** Does the service accept a call, of which so many were sent in this second before? */
  accepts(sentBefore: number): boolean
}

/** Plays a load against a service that answers at once, and gives how much of each priority was sent in the last second. */
function play(subject: Throttle, random: Random, from: number, { calls, seconds, accepts }: Load) {
  let now = from
  let shares: Partial<Record<Priority, number>> = {}
  for (let second = 0; second < seconds; second++) {
    const sent = { critical: 0, default: 0, sheddable: 0 }
    const kinds = PRIORITIES.flatMap((priority) => new Array<Priority>(calls[priority] ?? 0).fill(priority))
    const order = kinds.map((priority) => ({ priority, at: random.next() })).sort((one, other) => one.at - other.at)
    let sentBefore = 0
    for (const { priority, at } of order) {
      const moment = now + at * 1000
      const wasCounted = subject.isAlert(moment)
      const share = subject.refusalShare(priority, moment)
      subject.request(priority, moment)
      if (random.next() < share) continue
      sent[priority] += 1
      subject.answer(accepts(sentBefore) ? 'accepted' : 'refused', wasCounted, priority, moment)
      sentBefore += 1
    }
    now += 1000
    shares = Object.fromEntries(
      Object.entries(calls).map(([priority, count]) => [priority, sent[priority as Priority] / count]),
    )
  }
  return { shares, now }
}

const always = () => true
const never = () => false

describe('throttle', () => {
  it(`never holds anything back while the service accepts everything, whatever is under way (seed ${seed})`, () => {
    const steps = fc.array(
      fc.record({ priority: fc.constantFrom(...PRIORITIES), answers: fc.boolean(), after: fc.nat(5000) }),
      { maxLength: 200 },
    )
    fc.assert(
      fc.property(steps, (calls) => {
        const subject = throttle()
        let now = START
        for (const { priority, answers, after } of calls) {
          now += after
          expect(subject.refusalShare(priority, now)).toBe(0)
          expect(subject.isAlert(now)).toBe(false)
          subject.request(priority, now)
          if (answers) subject.answer('accepted', false, priority, now)
        }
      }),
      { seed },
    )
  })

  it('sends ever less to a service that refuses everything, down to a tenth', () => {
    const subject = throttle()
    const { shares, now } = play(subject, seeded(seed), START, { calls: { default: 200 }, seconds: 60, accepts: never })
    expect(subject.refusalShare('default', now)).toBe(0.9)
    expect(shares.default).toBeGreaterThan(0.03)
    expect(shares.default).toBeLessThan(0.2)
  })

  it('sends about twice what is accepted', () => {
    const load = { calls: { default: 400 }, seconds: 300, accepts: (sentBefore: number) => sentBefore < 100 }
    const { shares } = play(throttle(), seeded(seed), START, load)
    expect(shares.default).toBeGreaterThan(0.4)
    expect(shares.default).toBeLessThan(0.6)
  })

  it('leaves a service alone that refuses less than half', () => {
    const random = seeded(seed)
    const load = { calls: { default: 50 }, seconds: 120, accepts: () => random.next() >= 0.3 }
    expect(play(throttle(), seeded(seed), START, load).shares.default).toBe(1)
  })

  it('recovers when the service accepts again', () => {
    const subject = throttle()
    const random = seeded(seed)
    const { now } = play(subject, random, START, { calls: { default: 50 }, seconds: 60, accepts: never })
    const after = play(subject, random, now, { calls: { default: 50 }, seconds: 180, accepts: always })
    expect(subject.refusalShare('default', after.now)).toBe(0)
    expect(after.shares.default).toBe(1)
  })

  it('says nothing of fewer than ten requests', () => {
    const subject = throttle()
    subject.answer('refused', false, 'default', START)
    for (let call = 2; call <= 9; call++) subject.request('default', START)
    expect(subject.refusalShare('default', START)).toBe(0)
    subject.request('default', START)
    expect(subject.refusalShare('default', START)).toBe(0.9)
  })

  it('counts a call at its start: what is refused shows before it is answered', () => {
    const subject = throttle()
    subject.answer('refused', false, 'default', START)
    for (let call = 0; call < 30; call++) subject.request('default', START)
    expect(subject.refusalShare('default', START)).toBe(0.9)
    for (let call = 0; call < 30; call++) subject.answer('accepted', true, 'default', START)
    expect(subject.refusalShare('default', START)).toBe(0)
  })

  it('forgets what told nothing', () => {
    const subject = throttle()
    subject.answer('refused', false, 'default', START)
    for (let call = 0; call < 30; call++) {
      subject.request('default', START)
      subject.answer('nothing', true, 'default', START)
      subject.answer('nothing', false, 'default', START)
    }
    expect(subject.refusalShare('default', START)).toBe(0)
  })

  it('is calm again once all is forgotten', () => {
    const subject = throttle()
    for (let call = 0; call < 20; call++) subject.answer('refused', false, 'default', START)
    expect(subject.isAlert(START + 150_000)).toBe(true)
    expect(subject.refusalShare('default', START + 60_000)).toBe(0)
    expect(subject.isAlert(START + 165_000)).toBe(false)
  })

  it('sheds what is sheddable before what is not, and what is critical last', () => {
    const load = {
      calls: { critical: 40, default: 80, sheddable: 280 },
      seconds: 300,
      accepts: (sentBefore: number) => sentBefore < 120,
    }
    const { shares } = play(throttle(), seeded(seed), START, load)
    expect(shares.critical).toBe(1)
    expect(shares.default).toBe(1)
    expect(shares.sheddable).toBeLessThan(0.6)
  })

  it('sheds nothing that is critical for what is not, however much there is of it', () => {
    const load = {
      calls: { critical: 20, default: 400 },
      seconds: 120,
      accepts: (sentBefore: number) => sentBefore < 50,
    }
    const { shares } = play(throttle(), seeded(seed), START, load)
    expect(shares.critical).toBe(1)
    expect(shares.default).toBeLessThan(0.5)
  })

  it(`sheds no more of what matters more, whatever was counted (seed ${seed})`, () => {
    const events = fc.array(
      fc.tuple(fc.constantFrom(...PRIORITIES), fc.constantFrom('accepted', 'refused', 'nothing'), fc.nat(3000)),
      { minLength: 20, maxLength: 200 },
    )
    fc.assert(
      fc.property(events, (calls) => {
        const subject = throttle()
        let now = START
        for (const [priority, reception, after] of calls) {
          now += after
          const wasCounted = subject.isAlert(now)
          subject.request(priority, now)
          subject.answer(reception as 'accepted', wasCounted, priority, now)
          const [critical, usual, sheddable] = PRIORITIES.map((one) => subject.refusalShare(one, now)) as [
            number,
            number,
            number,
          ]
          expect(critical).toBeLessThanOrEqual(usual)
          expect(usual).toBeLessThanOrEqual(sheddable)
          expect(critical).toBeGreaterThanOrEqual(0)
          expect(sheddable).toBeLessThanOrEqual(0.9)
        }
      }),
      { seed },
    )
  })
})
