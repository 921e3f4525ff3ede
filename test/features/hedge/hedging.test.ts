import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hedging } from '../../../src/features/hedge/hedging.ts'
import { type Hedge, hedgePolicy } from '../../../src/features/hedge/policy.ts'

const START = 1_000_000
const seed = 7

function given(written: Hedge = {}) {
  const policy = hedgePolicy(written)
  if (!policy) throw new Error('Nothing is hedged.')
  return hedging(policy)
}

describe('what calls pay for', () => {
  it('is nothing at birth, and one hedge after twenty calls', () => {
    const subject = given()
    for (let call = 0; call < 19; call++) subject.deposit(START)
    expect(subject.isPaid(START)).toBe(false)
    subject.deposit(START)
    expect(subject.isPaid(START)).toBe(true)
    subject.withdraw(START)
    expect(subject.isPaid(START)).toBe(false)
  })

  it('is a share of its own where that is written', () => {
    const subject = given({ maxExtraLoad: 50 })
    subject.deposit(START)
    expect(subject.isPaid(START)).toBe(false)
    subject.deposit(START)
    expect(subject.isPaid(START)).toBe(true)
  })

  it('is forgotten after ten seconds: there is no floor', () => {
    const subject = given()
    for (let call = 0; call < 100; call++) subject.deposit(START)
    expect(subject.isPaid(START + 8999)).toBe(true)
    expect(subject.isPaid(START + 10_000)).toBe(false)
  })

  it(`is never less than what is spent (seed ${seed})`, () => {
    const steps = fc.array(fc.oneof(fc.constant('call'), fc.constant('hedge'), fc.nat(3000)), { maxLength: 300 })
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 100 }), (steps, maxExtraLoad) => {
        const subject = given({ maxExtraLoad })
        let now = START
        let calls = 0
        let hedges = 0
        for (const step of steps) {
          if (typeof step === 'number') now += step
          else if (step === 'call') {
            calls += 1
            subject.deposit(now)
          } else if (subject.isPaid(now)) {
            hedges += 1
            subject.withdraw(now)
          }
          expect(hedges).toBeLessThanOrEqual((calls * maxExtraLoad) / 100 + 1e-6)
        }
      }),
      { seed, numRuns: 300 },
    )
  })
})

describe('how long it waits', () => {
  it('is the 95th percentile of twenty samples or more', () => {
    const subject = given()
    for (let sample = 1; sample <= 19; sample++) subject.learn(100 * sample, START)
    expect(subject.delayMs(START)).toBeUndefined()
    subject.learn(2000, START)
    expect(subject.delayMs(START)).toBe(1900)
  })

  it('is 20 ms at least', () => {
    const subject = given()
    for (let sample = 0; sample < 20; sample++) subject.learn(3, START)
    expect(subject.delayMs(START)).toBe(20)
  })

  it('is worked out anew once a second', () => {
    const subject = given()
    for (let sample = 0; sample < 20; sample++) subject.learn(50, START)
    expect(subject.delayMs(START)).toBe(50)
    for (let sample = 0; sample < 20; sample++) subject.learn(90, START + 1)
    expect(subject.delayMs(START + 999)).toBe(50)
    expect(subject.delayMs(START + 1000)).toBe(90)
  })

  it('is not known any more where the samples have grown old', () => {
    const subject = given()
    for (let sample = 0; sample < 20; sample++) subject.learn(50, START)
    expect(subject.delayMs(START)).toBe(50)
    expect(subject.delayMs(START + 10_001)).toBeUndefined()
  })

  it('is that of the last 64 samples', () => {
    const subject = given()
    for (let sample = 0; sample < 64; sample++) subject.learn(9000, START)
    for (let sample = 0; sample < 64; sample++) subject.learn(40, START)
    expect(subject.delayMs(START)).toBe(40)
  })

  it('is what is written, at once and whatever was seen', () => {
    const subject = given({ delay: '5ms' })
    expect(subject.delayMs(START)).toBe(5)
    for (let sample = 0; sample < 20; sample++) subject.learn(500, START)
    expect(subject.delayMs(START)).toBe(5)
  })
})
