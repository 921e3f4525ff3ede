import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { deadlineIn, earlier, never, remaining } from '../../src/core/deadline.ts'
import { virtualClock } from '../../src/core/time/virtual-clock.ts'

const FOREVER = Number.POSITIVE_INFINITY

describe('deadline', () => {
  it('is an instant: what remains shrinks as time passes', async () => {
    const clock = virtualClock()
    const deadline = deadlineIn(300, clock)
    expect(remaining(deadline, clock)).toBe(300)
    await clock.advance(120)
    expect(remaining(deadline, clock)).toBe(180)
  })

  it('has nothing left once it has passed, and never less than nothing', async () => {
    const clock = virtualClock()
    const deadline = deadlineIn(300, clock)
    await clock.advance(300)
    expect(remaining(deadline, clock)).toBe(0)
    await clock.advance(1)
    expect(remaining(deadline, clock)).toBe(0)
  })

  it('never comes where there is none', async () => {
    const clock = virtualClock()
    await clock.advance(86_400_000)
    expect(remaining(never, clock)).toBe(FOREVER)
    expect(remaining(deadlineIn(FOREVER, clock), clock)).toBe(FOREVER)
  })

  it('of two, the one that comes first counts, whichever is asked first', () => {
    const instant = fc.oneof(fc.nat(), fc.constant(FOREVER))
    fc.assert(
      fc.property(instant, instant, (one, other) => {
        expect(earlier({ at: one }, { at: other }).at).toBe(Math.min(one, other))
      }),
    )
  })
})
