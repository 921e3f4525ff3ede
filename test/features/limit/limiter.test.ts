import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Priority } from '../../../src/core/priority.ts'
import { seeded } from '../../../src/core/time/random.ts'
import { limiter } from '../../../src/features/limit/limiter.ts'

const NOW = 1_000_000
const PRIORITIES: readonly Priority[] = ['sheddable', 'default', 'critical']
const seed = 5

/** How many calls of a priority fit beside each other. */
function room(maxInFlight: number, priority: Priority, criticalAt?: number): number {
  const limit = limiter({ maxInFlight })
  if (criticalAt !== undefined) limit.note('critical', criticalAt)
  let inFlight = 0
  while (limit.admits(inFlight, priority, NOW)) inFlight += 1
  return inFlight
}

describe('limiter', () => {
  it('admits 64 of 64', () => {
    expect(room(64, 'default')).toBe(64)
    expect(room(64, 'critical')).toBe(64)
  })

  it('admits half as many that are sheddable', () => {
    expect(room(64, 'sheddable')).toBe(32)
  })

  it('keeps a tenth for those that are critical, for a minute after there was one', () => {
    expect(room(64, 'default', NOW)).toBe(58)
    expect(room(64, 'default', NOW - 59_999)).toBe(58)
    expect(room(64, 'default', NOW - 60_000)).toBe(64)
    expect(room(64, 'critical', NOW)).toBe(64)
  })

  it('takes no note of others', () => {
    const limit = limiter({ maxInFlight: 64 })
    limit.note('default', NOW)
    limit.note('sheddable', NOW)
    expect(limit.admits(63, 'default', NOW)).toBe(true)
  })

  it(`admits at least one and never more than the cap, and less of what matters less (seed ${seed})`, () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), fc.boolean(), (maxInFlight, hasCritical) => {
        const [sheddable, usual, critical] = PRIORITIES.map((priority) =>
          room(maxInFlight, priority, hasCritical ? NOW : undefined),
        ) as [number, number, number]
        expect(sheddable).toBeGreaterThanOrEqual(1)
        expect(usual).toBeGreaterThanOrEqual(sheddable)
        expect(critical).toBe(maxInFlight)
        expect(usual).toBeLessThanOrEqual(critical)
      }),
      { seed },
    )
  })

  it('cares for every slot but one in sixty-four', () => {
    const scarce = (maxInFlight: number) => [0, 1, 2].map((inFlight) => limiter({ maxInFlight }).isScarce(inFlight))
    expect(scarce(1)).toEqual([true, true, true])
    expect(scarce(63)).toEqual([true, true, true])
    expect(scarce(64)).toEqual([false, true, true])
    expect(scarce(128)).toEqual([false, false, true])
  })

  it('says what was full, that it may be sent again, and when', () => {
    const random = seeded(3)
    const refusals = Array.from({ length: 50 }, () => limiter({ maxInFlight: 64 }).refusal('sheddable', NOW, random))
    expect(refusals[0]?.code).toBe('overloaded')
    expect(refusals[0]?.message).toContain('32 requests in flight')
    expect(refusals[0]?.meaning.retryable).toBe(true)
    // Drawn, so that those refused together do not come back together.
    expect(new Set(refusals.map(({ retryAfterMs }) => retryAfterMs))).toEqual(new Set([1000, 2000, 3000]))
  })
})
