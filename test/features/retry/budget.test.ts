import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { virtualClock } from '../../../src/core/time/virtual-clock.ts'
import { retryBudget } from '../../../src/features/retry/budget.ts'
import { budgetPolicy } from '../../../src/features/retry/policy.ts'
import type { RetryBudget } from '../../../src/wire/budget.ts'

const seed = 11

/** Retries that are granted in a row, now. */
function withdrawals(budget: RetryBudget): number {
  let count = 0
  while (count < 1000 && budget.tryWithdraw()) count += 1
  return count
}

function given(written?: Parameters<typeof budgetPolicy>[0]) {
  const clock = virtualClock()
  return { clock, budget: retryBudget(budgetPolicy(written), clock) }
}

function deposits(budget: RetryBudget, times: number): void {
  for (let time = 0; time < times; time++) budget.deposit()
}

describe('retryBudget', () => {
  it('grants one retry to an isolate that knows nothing of the service', () => {
    const { budget } = given()
    expect(budget.balance).toBe(1)
    expect(withdrawals(budget)).toBe(1)
  })

  it('grants two more at the first success, and only then', () => {
    const { budget } = given({ budget: { percent: 0.1 } })
    deposits(budget, 1)
    expect(withdrawals(budget)).toBe(3)
    deposits(budget, 50)
    expect(withdrawals(budget)).toBe(0)
  })

  it('grants nothing where the share is nothing', () => {
    const { budget } = given({ budget: { percent: 0 } })
    expect(withdrawals(budget)).toBe(0)
    deposits(budget, 50)
    expect(withdrawals(budget)).toBe(0)
  })

  it('lets one retry in five successes through by default', () => {
    const { budget } = given()
    deposits(budget, 1)
    withdrawals(budget)
    deposits(budget, 4)
    // The first success paid a fifth, too, and it is left.
    expect(withdrawals(budget)).toBe(1)
    deposits(budget, 4)
    expect(withdrawals(budget)).toBe(0)
    deposits(budget, 1)
    expect(withdrawals(budget)).toBe(1)
  })

  it('takes five fifths for a whole, though their sum falls short of one by a rounding', () => {
    const { budget } = given()
    deposits(budget, 4)
    expect(withdrawals(budget)).toBe(3)
    deposits(budget, 1)
    expect(budget.balance).toBeLessThan(1)
    expect(budget.tryWithdraw()).toBe(true)
  })

  it('saves up ten retries at most', () => {
    const { budget } = given()
    deposits(budget, 1000)
    expect(budget.balance).toBeCloseTo(10, 9)
    expect(withdrawals(budget)).toBe(10)
    expect(withdrawals(budget)).toBe(0)
  })

  it('forgets what a success paid after its window, but not what was granted', async () => {
    const { budget, clock } = given({ budget: { percent: 50, interval: '10s' } })
    deposits(budget, 6)
    expect(budget.balance).toBeCloseTo(1 + 2 + 3, 9)
    await clock.advance(8000)
    expect(budget.balance).toBeCloseTo(6, 9)
    await clock.advance(2000)
    expect(budget.balance).toBe(3)
    await clock.advance(3_600_000)
    expect(withdrawals(budget)).toBe(3)
  })

  it('keeps a success for as long as the interval says', async () => {
    const { budget, clock } = given({ budget: { percent: 100, interval: '60s' } })
    deposits(budget, 2)
    await clock.advance(50_000)
    expect(budget.balance).toBeCloseTo(5, 9)
    await clock.advance(10_000)
    expect(budget.balance).toBe(3)
  })

  it('spends what expires first', async () => {
    const { budget, clock } = given({ budget: { percent: 100, interval: '10s' } })
    deposits(budget, 1)
    await clock.advance(5000)
    deposits(budget, 1)
    expect(budget.tryWithdraw()).toBe(true)
    await clock.advance(5000)
    // The older success was spent; the younger one and the three that were granted are left.
    expect(withdrawals(budget)).toBe(4)
  })

  it('grants nothing after five failures in a row, until one succeeds', () => {
    const { budget } = given()
    deposits(budget, 20)
    for (let time = 0; time < 4; time++) budget.fail()
    expect(budget.tryWithdraw()).toBe(true)
    budget.fail()
    expect(budget.tryWithdraw()).toBe(false)
    expect(budget.balance).toBe(0)
    budget.deposit()
    expect(budget.tryWithdraw()).toBe(true)
  })

  it('counts failures in a row only: a success between them starts again', () => {
    const { budget } = given()
    for (let time = 0; time < 20; time++) {
      for (let failure = 0; failure < 4; failure++) budget.fail()
      budget.deposit()
    }
    for (let failure = 0; failure < 4; failure++) budget.fail()
    expect(budget.tryWithdraw()).toBe(true)
  })

  it('never refuses where it is off', () => {
    const { budget } = given('off')
    for (let time = 0; time < 100; time++) budget.fail()
    expect(budget.balance).toBe(Number.POSITIVE_INFINITY)
    expect(withdrawals(budget)).toBe(1000)
  })

  it(`never pays out more than was paid in and granted (seed ${seed})`, async () => {
    const step = fc.oneof(
      fc.constant('deposit' as const),
      fc.constant('fail' as const),
      fc.constant('withdraw' as const),
      fc.integer({ min: 1, max: 4000 }),
    )
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 200 }),
        fc.integer({ min: 0, max: 100 }),
        fc.constantFrom('1s', '10s', '60s'),
        async (steps, percent, interval) => {
          let now = 1_000_000
          const budget = retryBudget(budgetPolicy({ budget: { percent, interval } }), {
            now: () => now,
            after: () => () => {},
          })
          let paidIn = 1
          let paidOut = 0
          let hasSucceeded = false
          for (const step of steps) {
            if (step === 'deposit') {
              paidIn += percent / 100 + (hasSucceeded ? 0 : 2)
              hasSucceeded = true
              budget.deposit()
            } else if (step === 'fail') budget.fail()
            else if (step === 'withdraw') {
              const { balance } = budget
              const isPaid = budget.tryWithdraw()
              if (isPaid) paidOut += 1
              // What it says it holds and what it does agree.
              expect(isPaid).toBe(balance >= 1 - 1e-9)
            } else now += step
            expect(paidOut).toBeLessThanOrEqual(paidIn + 1e-6)
            expect(budget.balance).toBeLessThanOrEqual(10 + 1e-9)
            expect(budget.balance).toBeGreaterThanOrEqual(0)
          }
        },
      ),
      { seed, numRuns: 300 },
    )
  })

  it(`never grants more than its cap and a window's earnings in any window (seed ${seed})`, () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ waitMs: fc.integer({ min: 0, max: 500 }), isSuccess: fc.boolean() }), { maxLength: 300 }),
        (events) => {
          let now = 1_000_000
          const budget = retryBudget(budgetPolicy(), { now: () => now, after: () => () => {} })
          const retriedAt: number[] = []
          const succeededAt: number[] = []
          for (const { waitMs, isSuccess } of events) {
            now += waitMs
            if (isSuccess) {
              budget.deposit()
              succeededAt.push(now)
            } else if (budget.tryWithdraw()) retriedAt.push(now)
          }
          for (const at of retriedAt) {
            const recent = (instants: number[], ms: number) =>
              instants.filter((one) => one <= at && one > at - ms).length
            // Earned in this window or the one before it (it may still have been held when this one began), and granted.
            expect(recent(retriedAt, 10_000)).toBeLessThanOrEqual(3 + 0.2 * recent(succeededAt, 20_000) + 1e-6)
          }
        },
      ),
      { seed, numRuns: 300 },
    )
  })
})
