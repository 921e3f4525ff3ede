/** Limits that were set as gains. */
import { describe, expect, it } from 'vitest'
import { limitOf } from '../../bench/limits.ts'

describe('limitOf', () => {
  it('is the aim itself while no baseline is known', () => {
    expect(limitOf({ from: 1.46, to: 1.38 })).toBe(1.38)
  })

  it('asks for the same share of a baseline that this bench has measured', () => {
    expect(limitOf({ from: 1.6, to: 1.4, baseline: 1.2 })).toBe(1.05)
  })

  it('asks for more where more is better', () => {
    expect(limitOf({ from: 1.6, to: 2, baseline: 1.8 })).toBe(2.25)
  })
})
