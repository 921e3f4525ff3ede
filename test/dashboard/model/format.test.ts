import { describe, expect, it } from 'vitest'
import { age, duration, instant, rate, share } from '../../../src/dashboard/model/format.ts'

describe('how numbers read', () => {
  it.each([
    [undefined, '–'],
    [0, '0'],
    [0.004, '<0.01'],
    [0.083, '0.083'],
    [2.333, '2.33'],
    [123.4, '123'],
    [999.7, '1k'],
    [12_345, '12.3k'],
    [2_000_000, '2M'],
  ])('tells a rate of %s as %s', (perSecond, told) => {
    expect(rate(perSecond)).toBe(told)
  })

  it.each([
    [null, '–'],
    [1, '100 %'],
    [0.99999, '99.99 %'],
    [0.5, '50.0 %'],
    [0.0123, '1.23 %'],
    [0, '0 %'],
  ])('never says that all went well where one call failed: %s is %s', (part, told) => {
    expect(share(part)).toBe(told)
  })

  it.each([
    [null, '–'],
    [0.2, '<1 ms'],
    [3.04, '3 ms'],
    [47.6, '48 ms'],
    [1_234, '1.23 s'],
    [61_000, '61 s'],
  ])('tells %s milliseconds as %s', (ms, told) => {
    expect(duration(ms)).toBe(told)
  })

  it.each([
    [-500, 'now'],
    [999, 'now'],
    [59_999, '59 s'],
    [60_000, '1 min'],
    [7_300_000, '2 h'],
    [200_000_000, '2 d'],
  ])('tells an age of %s ms as %s', (ms, told) => {
    expect(age(ms)).toBe(told)
  })

  it('tells an instant in the zone of who looks', () => {
    const at = '2026-11-30T23:30:00.000Z'
    expect(instant(at, 'Asia/Tokyo')).not.toBe(instant(at, 'America/New_York'))
    expect(instant(at, 'Asia/Tokyo')).toContain('8:30')
  })
})
