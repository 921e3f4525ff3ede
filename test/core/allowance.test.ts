import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { allowance, type Loan } from '../../src/core/allowance.ts'

describe('allowance', () => {
  it('lets as many retries through as were granted, and no more', () => {
    const two = allowance(2)
    expect([two.take(), two.take(), two.take()]).toEqual([true, true, false])
    expect(two).toMatchObject({ granted: 2, left: 0, used: 2 })
  })

  it('lends all that is left but what is kept back', () => {
    const three = allowance(3)
    expect(three.lend(1).amount).toBe(2)
    expect(three.left).toBe(1)
  })

  it('lends nothing where all that is left is kept back', () => {
    const one = allowance(1)
    expect(one.lend(2).amount).toBe(0)
    expect(one.left).toBe(1)
  })

  it('takes back what a loan did not use', () => {
    const three = allowance(3)
    three.lend(0).settle(1)
    expect(three).toMatchObject({ left: 2, used: 1 })
  })

  it.each([
    ['more than was lent as all of it', 9, 2],
    ['a negative use as none', -1, 0],
  ])('counts %s', (_, told, used) => {
    const two = allowance(2)
    two.lend(0).settle(told)
    expect(two).toMatchObject({ used, left: 2 - used })
  })

  it('ignores a second settlement of the same loan', () => {
    const two = allowance(2)
    const loan = two.lend(0)
    loan.settle(1)
    loan.settle(2)
    expect(two).toMatchObject({ used: 1, left: 1 })
  })

  it.each([
    ['lowers what is left to the limit', 5, 0, 2, 2],
    ['counts what has been used already', 5, 1, 2, 1],
    ['never raises what is left', 2, 0, 5, 2],
    ['leaves nothing where more was used than the limit', 5, 3, 1, 0],
  ])('a limit %s', (_, granted, taken, limit, left) => {
    const some = allowance(granted)
    for (let count = 0; count < taken; count++) some.take()
    some.limit(limit)
    expect(some.left).toBe(left)
  })

  it('neither loses nor makes a retry, whatever is taken, lent, settled and limited', () => {
    const step = fc.oneof(
      fc.record({ does: fc.constant('take' as const) }),
      fc.record({ does: fc.constant('lend' as const), keep: fc.nat(4) }),
      fc.record({ does: fc.constant('settle' as const), which: fc.nat(5), used: fc.integer({ min: -2, max: 12 }) }),
      fc.record({ does: fc.constant('limit' as const), total: fc.nat(10) }),
      fc.record({ does: fc.constant('exhaust' as const) }),
    )
    fc.assert(
      fc.property(fc.nat(10), fc.array(step, { maxLength: 40 }), (granted, steps) => {
        const subject = allowance(granted)
        const out: { loan: Loan; settled: boolean }[] = []
        let ceiling = granted
        for (const action of steps) {
          const before = { left: subject.left, used: subject.used }
          if (action.does === 'take') {
            expect(subject.take()).toBe(before.left > 0)
          } else if (action.does === 'lend') {
            out.push({ loan: subject.lend(action.keep), settled: false })
          } else if (action.does === 'settle') {
            const one = out[action.which]
            one?.loan.settle(action.used)
            if (one) one.settled = true
          } else if (action.does === 'exhaust') {
            subject.exhaust()
            expect(subject.used).toBe(before.used + before.left)
          } else {
            subject.limit(action.total)
            ceiling = Math.min(ceiling, action.total)
          }
          const lent = out.filter(({ settled }) => !settled).reduce((sum, { loan }) => sum + loan.amount, 0)
          expect(subject.left).toBe(Math.max(0, ceiling - subject.used - lent))
          expect(subject.used + lent).toBeLessThanOrEqual(granted)
          expect(Math.min(subject.used, subject.left, ...out.map(({ loan }) => loan.amount))).toBeGreaterThan(-1)
          expect(subject.used).toBeGreaterThanOrEqual(before.used)
        }
      }),
    )
  })
})
