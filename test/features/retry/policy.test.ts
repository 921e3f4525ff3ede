import { describe, expect, it } from 'vitest'
import { budgetPolicy, retryPolicy } from '../../../src/features/retry/policy.ts'

describe('retryPolicy', () => {
  it('is what is written, and the default where nothing is', () => {
    expect(retryPolicy({ attempts: 4 })).toEqual({ codes: new Set([502, 503, 504]), attempts: 4, backoffMs: 25 })
    expect(retryPolicy({ codes: [500], backoff: '1s' })).toEqual({
      codes: new Set([500]),
      attempts: 2,
      backoffMs: 1000,
    })
  })

  it('may be none at all', () => {
    expect(retryPolicy({ codes: [], attempts: 0, backoff: '0s' })).toEqual({
      codes: new Set(),
      attempts: 0,
      backoffMs: 0,
    })
  })
})

describe('budgetPolicy', () => {
  it('is what is written, and the default where nothing is', () => {
    expect(budgetPolicy({})).toEqual({ ratio: 0.2, windowMs: 10_000, stopsUpstream: false })
    expect(budgetPolicy({ budget: {} })).toEqual({ ratio: 0.2, windowMs: 10_000, stopsUpstream: false })
    expect(budgetPolicy({ budget: { percent: 0 } })).toEqual({ ratio: 0, windowMs: 10_000, stopsUpstream: false })
    expect(budgetPolicy({ budget: { interval: '1m' } })).toEqual({ ratio: 0.2, windowMs: 60_000, stopsUpstream: false })
  })

  it('stops the hops above only where that is written', () => {
    expect(budgetPolicy({ whenEmpty: 'stop' })).toEqual({ ...budgetPolicy(), stopsUpstream: true })
    expect(budgetPolicy({ whenEmpty: 'allow-upstream' })).toEqual(budgetPolicy())
  })

  it('is none where it is switched off', () => {
    expect(budgetPolicy('off')).toBeUndefined()
  })
})
