import fc from 'fast-check'
import { parseList } from 'structured-headers'
import { describe, expect, it } from 'vitest'
import { rateLimited } from '../../src/wire/rate-limit.ts'

/** A list of one string with integers as parameters, as others read it. */
function read(field: string | undefined) {
  const [item, ...more] = parseList(field ?? '')
  if (!item || more.length > 0) throw new Error(`${field} is no list of one`)
  const [name, parameters] = item
  return { name, ...Object.fromEntries(parameters) }
}

describe('rateLimited', () => {
  it('says what the policy is, that nothing is left, and when there is room again', () => {
    expect(rateLimited({ policy: 'caller', count: 100, windowMs: 10_000 }, 2500)).toEqual({
      headers: { 'ratelimit-policy': '"caller";q=100;w=10', ratelimit: '"caller";r=0;t=3' },
      members: { 'violated-policies': ['caller'] },
    })
  })

  it('says no number that only the platform knows', () => {
    expect(rateLimited({ policy: 'ip', count: undefined, windowMs: 0 }, 10_000)).toEqual({
      headers: {},
      members: { 'violated-policies': ['ip'] },
    })
  })

  it('is a structured field, whatever the policy is called', () => {
    const limits = [fc.integer({ min: 1, max: 100_000 }), fc.integer({ min: 1000, max: 3_600_000 })] as const
    fc.assert(
      fc.property(fc.stringMatching(/^[\x20-\x7e]{1,40}$/), ...limits, limits[1], (policy, count, windowMs, waitMs) => {
        const { headers } = rateLimited({ policy, count, windowMs }, waitMs)
        expect(read(headers['ratelimit-policy'])).toEqual({ name: policy, q: count, w: Math.ceil(windowMs / 1000) })
        expect(read(headers.ratelimit)).toEqual({ name: policy, r: 0, t: Math.ceil(waitMs / 1000) })
      }),
    )
  })
})
