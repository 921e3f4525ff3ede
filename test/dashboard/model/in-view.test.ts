import { describe, expect, it } from 'vitest'
import { aroundView, boxOf, isSameBox, overlaps } from '../../../src/dashboard/model/in-view.ts'

const box = (left: number, top: number, right: number, bottom: number) => ({ left, top, right, bottom })

describe('what is in view', () => {
  it('is what overlaps the window, if by an edge alone', () => {
    const window = box(0, 0, 100, 100)
    expect(overlaps(box(100, 50, 300, 60), window)).toBe(true)
    expect(overlaps(box(-50, -50, 500, 500), window)).toBe(true)
    expect(overlaps(box(101, 50, 300, 60), window)).toBe(false)
    expect(overlaps(box(0, -20, 50, -1), window)).toBe(false)
  })

  it('has a box around all points of a link', () => {
    expect(
      boxOf([
        { x: 5, y: 9 },
        { x: 1, y: 20 },
        { x: 7, y: 3 },
      ]),
    ).toEqual(box(1, 3, 7, 20))
    expect(overlaps(boxOf([]), box(0, 0, 100, 100))).toBe(false)
  })

  it('is drawn with what is near it, and not anew for each pixel', () => {
    const at = (top: number) => aroundView(box(0, top, 1_280, top + 800))
    expect(at(1)).toEqual(box(-800, -800, 2_400, 2_000))
    expect(isSameBox(at(1), at(399))).toBe(true)
    expect(isSameBox(at(1), at(401))).toBe(false)
    for (const top of [0, 1, 777, 12_345]) {
      const { top: above, bottom: below } = at(top)
      expect(above).toBeLessThanOrEqual(top - 800)
      expect(below).toBeGreaterThanOrEqual(top + 800 + 800)
    }
  })
})
