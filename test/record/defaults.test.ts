import { describe, expect, it } from 'vitest'
import { timeoutPolicy } from '../../src/features/deadline/policy.ts'
import { hedgePolicy } from '../../src/features/hedge/policy.ts'
import { limitPolicy } from '../../src/features/limit/policy.ts'
import { outlierPolicy } from '../../src/features/outlier/policy.ts'
import { budgetPolicy, retryPolicy } from '../../src/features/retry/policy.ts'

/** As docs/registry.md tells them. */
describe('where a record is silent', () => {
  it('a request has 15 s, and an attempt whatever is left of them', () => {
    expect(timeoutPolicy()).toMatchObject({ requestMs: 15_000, attemptMs: Number.POSITIVE_INFINITY })
  })

  it('a body may be silent for 10 s', () => {
    expect(timeoutPolicy().bodyIdleMs).toBe(10_000)
  })

  it('gateway errors are tried again, twice, after 25 ms at least', () => {
    expect(retryPolicy()).toEqual({ codes: new Set([502, 503, 504]), attempts: 2, backoffMs: 25 })
  })

  it('an endpoint has 64 requests in flight at most, from one isolate', () => {
    expect(limitPolicy()).toEqual({ maxInFlight: 64 })
  })

  it('retries may be a fifth of the successes of the last 10 s', () => {
    expect(budgetPolicy()).toEqual({ ratio: 0.2, windowMs: 10_000, stopsUpstream: false })
  })

  it('nothing is hedged', () => {
    expect(hedgePolicy(undefined)).toBeUndefined()
  })

  it('three faults in a row eject, for 5 s up to 300 s, half of the endpoints at most', () => {
    const ejection = { baseEjectionMs: 5000, maxEjectionMs: 300_000 }
    expect(outlierPolicy()).toEqual({ consecutive: 3, ...ejection, maxShare: 0.5 })
  })
})
