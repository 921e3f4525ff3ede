import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { durationMs, isDuration } from '../../src/schema/duration.ts'

// The vectors are those of GEP-2257, where it has them.
describe('a duration', () => {
  it.each([
    ['1h', 3_600_000],
    ['1m', 60_000],
    ['1s', 1000],
    ['1ms', 1],
    ['0s', 0],
    ['0h0m0s0ms', 0],
    ['10s500ms', 10_500],
    ['2h30m', 9_000_000],
    ['150m', 9_000_000],
    ['1h30m10s', 5_410_000],
    ['1m30s', 90_000],
    ['7230s', 7_230_000],
    ['10ms5s', 5010],
    ['1s1s', 2000],
    ['00250ms', 250],
    ['99999h', 359_996_400_000],
    ['99999h99999m99999s99999ms', 366_096_438_999],
  ])('of %s is %d ms', (text, ms) => {
    expect(isDuration(text)).toBe(true)
    expect(durationMs(text)).toBe(ms)
  })

  it.each([
    '',
    '1',
    's',
    'ms',
    '1.5s',
    '-1s',
    '+1s',
    '1us',
    '1ns',
    '1d',
    '1S',
    '1 s',
    ' 1s',
    '1s ',
    '1s\n',
    '1h 30m',
    '100000s',
    '123456ms',
    '1h1m1s1ms1ms',
    '1sm',
    'P1D',
    'Infinity',
    '1e3ms',
  ])('is not "%s"', (text) => {
    expect(isDuration(text)).toBe(false)
  })

  it('is the sum of its parts, in whatever order they are written', () => {
    const part = fc.tuple(fc.nat(99_999), fc.constantFrom('h', 'm', 's', 'ms'))
    const unitMs = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 }
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 4 }), (parts) => {
        const text = parts.map(([count, unit]) => `${count}${unit}`).join('')
        expect(isDuration(text)).toBe(true)
        expect(durationMs(text)).toBe(
          parts.reduce((sum, [count, unit]) => sum + count * unitMs[unit as keyof typeof unitMs], 0),
        )
      }),
    )
  })

  it('is told from any other text at once, however long', () => {
    const longMs = `${'1'.repeat(50_000)}ms`
    expect(isDuration(longMs)).toBe(false)
    expect(isDuration('1m'.repeat(50_000))).toBe(false)
  })
})
