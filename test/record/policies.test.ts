import { describe, expect, it } from 'vitest'
import { policyMaker } from '../../src/record/policies.ts'

const INFINITE = Number.POSITIVE_INFINITY

describe('policyMaker', () => {
  it('lays a record over MESH_DEFAULTS, and both over what holds where nobody says anything', () => {
    const policies = policyMaker({ timeouts: { request: '3s', bodyIdle: '2s' }, retry: { attempts: 1 } })
    const made = policies.of({ timeouts: { request: '1s' } })
    expect(made.timeouts).toEqual({ requestMs: 1000, attemptMs: INFINITE, bodyIdleMs: 2000 })
    expect(made.retry).toEqual({ codes: new Set([502, 503, 504]), attempts: 1, backoffMs: 25 })
    expect(made.limits).toEqual({ maxInFlight: 64 })
  })

  it('lays a rule over the record that it leads to, and that over MESH_DEFAULTS', () => {
    const policies = policyMaker({ timeouts: { bodyIdle: '2s' }, retry: { attempts: 4, backoff: '1s' } })
    const { timeouts, retry } = policies.ofRule(
      { timeouts: { backendRequest: '1s' }, retry: { attempts: 0 } },
      { timeouts: { request: '3s' }, retry: { codes: [429] } },
    )
    expect(timeouts).toEqual({ requestMs: 3000, attemptMs: 1000, bodyIdleMs: 2000, isOfRule: false })
    expect(retry).toEqual({ codes: new Set([429]), attempts: 0, backoffMs: 1000 })
  })

  it('makes of a rule only what it says itself', () => {
    const policies = policyMaker({ retry: { attempts: 4 } })
    expect(policies.ofRule({}, { timeouts: { request: '3s' } })).toEqual({})
    expect(policies.ofRule({ timeouts: { request: '1s' } }, {})).toEqual({
      timeouts: { requestMs: 1000, attemptMs: INFINITE, bodyIdleMs: 10_000, isOfRule: true },
    })
  })

  it('takes a budget and a load balancer whole: half of one and half of another would be nobody’s', () => {
    const policies = policyMaker({
      retryConstraint: { budget: { percent: 50 }, whenEmpty: 'stop' },
      loadBalancer: { ringHash: { header: 'x-user' } },
    })
    const { retryConstraint, loadBalancer } = policies.of({
      retryConstraint: { budget: { interval: '1s' } },
      loadBalancer: 'round-robin',
    })
    expect(retryConstraint).toEqual({ ratio: 0.2, windowMs: 1000, stopsUpstream: false })
    expect(loadBalancer).toEqual({ algorithm: 'round-robin', hashHeader: undefined })
  })

  it('gives all that are silent one and the same', () => {
    const policies = policyMaker({ limits: { maxInFlight: 7 } })
    const [one, other] = [policies.of({ timeouts: { request: '1s' } }), policies.of({})]
    expect(one.limits).toBe(other.limits)
    expect(one.limits).toEqual({ maxInFlight: 7 })
    expect(one.timeouts).not.toBe(other.timeouts)
  })

  it('keeps a field that an edit leaves as it was', () => {
    const policies = policyMaker({})
    const written = { timeouts: { request: '1s' }, hedge: { delay: '50ms' }, retry: { attempts: 1 } }
    const made = policies.of(written)
    const edited = policies.of(structuredClone({ ...written, retry: { attempts: 3 } }), { written, made })
    expect(edited.timeouts).toBe(made.timeouts)
    expect(edited.hedge).toBe(made.hedge)
    expect(edited.retry.attempts).toBe(3)
    expect(policies.of({}, { written, made }).hedge).toBeUndefined()
  })
})
