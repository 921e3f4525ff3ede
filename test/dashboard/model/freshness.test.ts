import { describe, expect, it } from 'vitest'
import { freshness, nextAfter } from '../../../src/dashboard/model/freshness.ts'

describe('the freshness of an answer', () => {
  it.each([
    [{}, 'loading'],
    [{ value: [] }, 'fresh'],
    [{ value: null }, 'fresh'],
    [{ value: [], error: new Error() }, 'stale'],
    [{ error: new Error() }, 'unreachable'],
  ] as const)('of %j is %s', (asked, told) => {
    expect(freshness(asked)).toBe(told)
  })

  it('is asked for less often while nobody answers, once a minute at least', () => {
    expect([0, 1, 2, 10].map((failures) => nextAfter(5_000, failures))).toEqual([5_000, 10_000, 20_000, 60_000])
  })
})
