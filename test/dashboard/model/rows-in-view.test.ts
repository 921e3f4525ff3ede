import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MANY_ROWS, rowsInView } from '../../../src/dashboard/model/rows-in-view.ts'

describe('rowsInView', () => {
  it('draws a short table whole', () => {
    expect(rowsInView(MANY_ROWS, 38, 3_000, 800)).toEqual({ first: 0, end: MANY_ROWS, above: 0, below: 0 })
  })

  it('draws of a long one what is in the window, whichever part of it that is', () => {
    const heights = { count: fc.integer({ min: 101, max: 5_000 }), height: fc.integer({ min: 20, max: 120 }) }
    fc.assert(
      fc.property(
        fc.record({ ...heights, at: fc.double({ min: -0.2, max: 1, noNaN: true }) }),
        ({ count, height, at }) => {
          const window = 900
          const scrolled = at * (count * height - window)
          const { first, end, above, below } = rowsInView(count, height, scrolled, window)
          expect(above + (end - first) * height + below).toBe(count * height)
          const [top, bottom] = [Math.max(0, scrolled), Math.min(count * height, Math.max(0, scrolled) + window)]
          expect(above).toBeLessThanOrEqual(top)
          expect(above + (end - first) * height).toBeGreaterThanOrEqual(Math.min(bottom, scrolled + window))
          expect(end - first).toBeLessThanOrEqual(Math.ceil(window / height) + 61)
        },
      ),
    )
  })

  it('stays as it is while less than ten rows pass', () => {
    const at = (scrolled: number) => rowsInView(500, 40, scrolled, 800)
    expect(at(4_399)).toEqual(at(4_000))
    expect(at(4_400)).not.toEqual(at(4_000))
  })
})
