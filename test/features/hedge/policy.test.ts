import { describe, expect, it } from 'vitest'
import { hedgePolicy } from '../../../src/features/hedge/policy.ts'

describe('hedgePolicy', () => {
  it('is what is written, and the default where a part is not', () => {
    expect(hedgePolicy({})).toEqual({ delayMs: undefined, ratio: 0.05 })
    expect(hedgePolicy({ delay: 'p95', maxExtraLoad: 10 })).toEqual({ delayMs: undefined, ratio: 0.1 })
    expect(hedgePolicy({ delay: '1s50ms' })).toEqual({ delayMs: 1050, ratio: 0.05 })
  })

  it('is none where there is nothing to spend', () => {
    expect(hedgePolicy({ delay: '50ms', maxExtraLoad: 0 })).toBeUndefined()
  })
})
