import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { subrequests } from '../../../src/core/engine/subrequests.ts'

describe('subrequests', () => {
  it('are counted until none is left', () => {
    const subject = subrequests(3)
    expect(subject.take(2)).toBe(true)
    expect(subject.left).toBe(1)
    expect(subject.take(1)).toBe(true)
    expect(subject.take(1)).toBe(false)
    expect(subject.left).toBe(0)
  })

  it('are not counted where fewer are left than are asked for', () => {
    const subject = subrequests(3)
    expect(subject.take(4)).toBe(false)
    expect(subject.left).toBe(3)
  })

  it('of a registry in memory cost nothing, even where none is left', () => {
    const subject = subrequests(1)
    subject.take(1)
    expect(subject.take(0)).toBe(true)
  })

  it('are never more than may be made, whatever is asked (seed 3)', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 50 }), fc.array(fc.integer({ min: 0, max: 9 })), (most, asked) => {
        const subject = subrequests(most)
        const granted = asked.filter((count) => subject.take(count)).reduce((sum, count) => sum + count, 0)
        expect(granted).toBeLessThanOrEqual(most)
        expect(subject.left).toBe(most - granted)
      }),
      { seed: 3 },
    )
  })
})

describe('connections', () => {
  it('are six, and free again when they are answered', () => {
    const subject = subrequests(40)
    const answered = Array.from({ length: 6 }, () => subject.connect())
    expect(subject.freeConnections).toBe(0)
    answered[0]?.()
    expect(subject.freeConnections).toBe(1)
  })

  it('that queue do not make the number of free ones negative', () => {
    const subject = subrequests(40)
    const answered = Array.from({ length: 9 }, () => subject.connect())
    expect(subject.freeConnections).toBe(0)
    for (const one of answered.slice(0, 3)) one()
    expect(subject.freeConnections).toBe(0)
    for (const one of answered.slice(3)) one()
    expect(subject.freeConnections).toBe(6)
  })
})
