import { describe, expect, it } from 'vitest'
import { virtualClock } from '../../../src/core/time/virtual-clock.ts'
import { envoy } from '../../../src/sim/classics/envoy.ts'
import { finagle } from '../../../src/sim/classics/finagle.ts'
import { grpcThrottle } from '../../../src/sim/classics/grpc-throttle.ts'
import type { Rules } from '../../../src/sim/contender.ts'

const clockAt0 = () => virtualClock({ startAt: 0, flush: async () => {} })

/** The budget, and how many retries it grants in a row. */
function given({ budget, attempt }: Rules, clock = clockAt0()) {
  const made = budget?.(undefined, clock)
  if (!made || !attempt) throw new Error('These rules have no budget.')
  const granted = () => {
    let count = 0
    while (count < 1000 && made.tryWithdraw()) count++
    return count
  }
  return { budget: made, attempt, granted }
}

describe("Finagle's budget", () => {
  it('has a reserve of 10 a second over its window, and gets it back', async () => {
    const clock = clockAt0()
    const { granted } = given(finagle(clock))
    expect(granted()).toBe(100)
    expect(granted()).toBe(0)
    await clock.advance(10_000)
    expect(granted()).toBe(100)
  })

  it('is paid a fifth of a retry by every request, and nothing by a retry', () => {
    const { attempt, granted } = given(finagle(clockAt0()))
    for (let count = 0; count < 50; count++) {
      attempt(1)()
      attempt(2)()
    }
    expect(granted()).toBe(110)
  })
})

describe("Envoy's budget", () => {
  it('lets three retries run at the same time where little does, and a fifth of much', () => {
    const few = given(envoy(clockAt0()))
    few.attempt(1)
    expect(few.granted()).toBe(3)

    const many = given(envoy(clockAt0()))
    for (let count = 0; count < 50; count++) many.attempt(1)
    expect(many.granted()).toBe(10)
  })

  it('counts a retry until it is answered', () => {
    const { attempt, budget, granted } = given(envoy(clockAt0()))
    expect(granted()).toBe(3)
    const answered = attempt(2)
    expect(budget.tryWithdraw()).toBe(false)
    answered()
    expect(budget.tryWithdraw()).toBe(true)
  })

  it('forgets a retry that was granted and never came', async () => {
    const clock = clockAt0()
    const { granted } = given(envoy(clock))
    expect(granted()).toBe(3)
    await clock.advance(251)
    expect(granted()).toBe(3)
  })
})

describe("gRPC's throttle", () => {
  it('closes after five failures, and opens a tenth a success', () => {
    const budget = grpcThrottle().budget?.(undefined, clockAt0())
    if (!budget) throw new Error('There is no budget.')
    for (let count = 0; count < 4; count++) budget.fail()
    expect(budget.tryWithdraw()).toBe(true)
    budget.fail()
    expect(budget.tryWithdraw()).toBe(false)
    budget.deposit()
    expect(budget.tryWithdraw()).toBe(true)
  })
})
