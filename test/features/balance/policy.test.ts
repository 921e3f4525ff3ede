import { describe, expect, it } from 'vitest'
import { ALGORITHMS, balancePolicy } from '../../../src/features/balance/policy.ts'
import { parsePolicy, parseRecord } from '../../../src/record/parse.ts'

const FORM = `${ALGORITHMS.map((name) => `"${name}"`).join(', ')} or { "ringHash": { "header" } }`
const HEADER_FORM = 'the name of a header'

const written = (loadBalancer: unknown) => JSON.stringify({ endpoints: ['https://a.example.com'], loadBalancer })

describe('loadBalancer', () => {
  it.each([...ALGORITHMS, { ringHash: { header: 'X-User' } }])('may be %j', (value) => {
    expect(parseRecord(written(value)).policy).toEqual({ loadBalancer: value })
    expect(parsePolicy(JSON.stringify({ loadBalancer: value }))).toEqual({ loadBalancer: value })
  })

  it.each([
    ['fastest', `$.loadBalancer: Expected ${FORM}, got "fastest".`],
    ['Peak-EWMA', `$.loadBalancer: Expected ${FORM}, got "Peak-EWMA".`],
    [null, `$.loadBalancer: Expected ${FORM}, got null.`],
    [7, `$.loadBalancer: Expected ${FORM}, got 7.`],
    [[], `$.loadBalancer: Expected ${FORM}, got [].`],
    [{}, '$.loadBalancer.ringHash: is missing.'],
    [
      { maglev: {} },
      '$.loadBalancer.ringHash: is missing. $.loadBalancer.maglev: is not a field that this version knows.',
    ],
    [{ ringHash: {} }, '$.loadBalancer.ringHash.header: is missing.'],
    [{ ringHash: { header: '' } }, `$.loadBalancer.ringHash.header: Expected ${HEADER_FORM}, got "".`],
    [{ ringHash: { header: 'x user' } }, `$.loadBalancer.ringHash.header: Expected ${HEADER_FORM}, got "x user".`],
    [{ ringHash: { header: 'x-user\n' } }, `$.loadBalancer.ringHash.header: Expected ${HEADER_FORM}, got "x-user\\n".`],
    [{ ringHash: { header: 3 } }, `$.loadBalancer.ringHash.header: Expected ${HEADER_FORM}, got 3.`],
    [
      { ringHash: { header: 'x-user', cookie: 'u' } },
      '$.loadBalancer.ringHash.cookie: is not a field that this version knows.',
    ],
  ])('may not be %j', (value, message) => {
    expect(() => parseRecord(written(value))).toThrow(message)
  })

  it('does not stand beside an alias', () => {
    expect(() => parseRecord('{ "alias": "users", "loadBalancer": "round-robin" }')).toThrow(
      '$: Expected an alias to stand alone',
    )
  })
})

describe('balancePolicy', () => {
  it('is peak EWMA where nothing is written', () => {
    expect(balancePolicy()).toEqual({ algorithm: 'peak-ewma', hashHeader: undefined })
  })

  it('reads header names without regard to case', () => {
    expect(balancePolicy({ ringHash: { header: 'X-User' } })).toEqual({ algorithm: 'ring-hash', hashHeader: 'x-user' })
  })
})
