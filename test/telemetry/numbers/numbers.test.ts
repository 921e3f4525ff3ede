import { describe, expect, it } from 'vitest'
import type { Outcome } from '../../../src/core/outcome.ts'
import { type AccessNote, attemptNote, receipt } from '../../../src/core/receipt.ts'
import { type CallEnd, MOST_SERIES, numbers } from '../../../src/telemetry/numbers/numbers.ts'
import { type CallOutcome, OTHER, OUTCOMES } from '../../../src/telemetry/numbers/numbers-digest.ts'
import { verdictOf } from '../../../src/telemetry/numbers/verdicts.ts'

function ended(over: Partial<CallEnd> = {}, endpoints: readonly [string, Outcome][] = [['eu', 'success']]): CallEnd {
  const noted = receipt()
  noted.attempts = endpoints.map(([endpoint, outcome], index) => ({
    ...attemptNote(index + 1, endpoint, 0),
    outcome,
    tookMs: 10 * (index + 1),
  }))
  return {
    service: 'users',
    caller: 'checkout',
    outcome: 'success',
    error: undefined,
    tookMs: 12,
    receipt: noted,
    ...over,
  }
}

const ends = (over: Partial<Record<CallOutcome, number>>) => {
  const last = OUTCOMES.findLastIndex((outcome) => over[outcome])
  return OUTCOMES.slice(0, last + 1).map((outcome) => over[outcome] ?? 0)
}

describe('numbers', () => {
  it('counts a call once, and its attempts each at its endpoint', () => {
    const own = numbers()
    const retried = ended({ tookMs: 35 }, [
      ['eu', 'failure'],
      ['us', 'success'],
    ])
    retried.receipt.rule = 'canary'
    own.count(ended())
    own.count(retried)
    own.count(ended({ outcome: 'unsent', error: 'no_endpoint', caller: undefined }, []))
    const { users } = own.take()?.services ?? {}
    expect(users).toMatchObject({
      ends: ends({ success: 2, unsent: 1 }),
      attempts: 3,
      retries: 1,
      callers: { checkout: ends({ success: 2 }), '': ends({ unsent: 1 }) },
      rules: { canary: ends({ success: 1 }) },
      endpoints: { eu: { ends: ends({ success: 1, failure: 1 }) }, us: { ends: ends({ success: 1 }) } },
      errors: { no_endpoint: 1 },
      refused: {},
    })
    expect(users?.ms.sum).toBe(12 + 35 + 12)
    expect(users?.endpoints.us?.ms.sum).toBe(20)
  })

  it('counts what records said of each caller, by rule', () => {
    const own = numbers()
    const note = { record: 'services/users', rule: 'no admin', proof: 'binding' } as const
    const noted = (...notes: AccessNote[]) => {
      const call = ended()
      call.receipt.access = notes
      return call
    }
    own.count(noted({ ...note, effect: 'deny', mode: 'audit' }))
    own.count(noted({ ...note, effect: 'deny', mode: 'enforce' }))
    own.count(
      noted({ ...note, effect: 'deny', mode: 'audit' }, { ...note, rule: 'default', effect: 'allow', mode: 'audit' }),
    )
    own.count({ ...noted({ ...note, effect: 'deny', mode: 'audit' }), caller: undefined })
    const { access = {} } = own.take()?.services.users ?? {}
    expect(Object.entries(access).map(([key, verdicts]) => ({ ...verdictOf(key), verdicts }))).toEqual([
      { caller: 'checkout', record: 'users', rule: 'no admin', verdicts: [0, 1, 2] },
      { caller: 'checkout', record: 'users', rule: 'default', verdicts: [1] },
      { caller: '', record: 'users', rule: 'no admin', verdicts: [0, 0, 1] },
    ])
  })

  it('has no verdicts where no record was asked', () => {
    const own = numbers()
    own.count(ended())
    expect(own.take()?.services.users).not.toHaveProperty('access')
  })

  it('begins anew when it was taken, and tells nothing where nothing was counted', () => {
    const own = numbers()
    own.count(ended())
    expect(Object.keys(own.take()?.services ?? {})).toEqual(['users'])
    expect(own.take()).toBeUndefined()
  })

  it('makes no new series of ten thousand names, and says how many had no room', () => {
    const own = numbers()
    for (let call = 0; call < 10_000; call++) own.count(ended({ service: `s${call}`, caller: `c${call}` }, []))
    const { services = {}, overflow = 0 } = own.take() ?? {}
    const series = Object.values(services).reduce((sum, { callers }) => sum + 1 + Object.keys(callers).length, 0)
    expect(series).toBeLessThanOrEqual(MOST_SERIES + 2 * MOST_SERIES)
    expect(overflow).toBeGreaterThan(9_000)
    expect(services[OTHER]?.ends).toEqual(ends({ success: 10_000 - (Object.keys(services).length - 1) }))
  })

  it('has one series for all paths', () => {
    const own = numbers()
    for (let call = 0; call < 10_000; call++) own.count(ended())
    expect(Object.keys(own.take()?.services.users?.endpoints ?? {})).toEqual(['eu'])
  })
})

it('remembers of each service the call that took longest, of those whose trace is sampled', () => {
  const own = numbers()
  const trace = (digit: string, flags: number) => ({ traceId: digit.repeat(32), spanId: '', flags })
  const slowest = () => own.take()?.services.users?.slowest
  own.count(ended({ tookMs: 12 }), trace('a', 3))
  own.count(ended({ tookMs: 900 }), trace('b', 2))
  own.count(ended({ tookMs: 50 }), trace('c', 1))
  own.count(ended({ tookMs: 50 }), trace('d', 1))
  own.count(ended({ tookMs: 800 }))
  own.count(ended({ tookMs: 7 }), trace('e', 1))
  expect(slowest()).toEqual({ ms: 50, traceId: 'c'.repeat(32) })
  own.count(ended({ tookMs: 1 }), trace('f', 1))
  expect(slowest()).toEqual({ ms: 1, traceId: 'f'.repeat(32) })
  own.count(ended({ tookMs: 1 }))
  expect(slowest()).toBeUndefined()
})
