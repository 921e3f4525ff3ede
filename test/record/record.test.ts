import { describe, expect, it } from 'vitest'
import { parseRecord } from '../../src/record/parse.ts'
import { recordOf } from '../../src/record/record.ts'

const URL = 'https://users.example.com'
const PLACING = { traits: expect.any(Object), weight: 1, locality: undefined }
const ENDPOINT = { id: URL, target: { kind: 'url', url: URL }, ...PLACING }

const FULLEST = {
  $schema: 'https://selvedge.dev/service-record.schema.json',
  endpoints: [URL, { url: 'https://users-us.example.com/v1/', weight: 3, locality: 'enam' }, { binding: 'USERS' }],
  timeouts: { request: '10s', backendRequest: '2s' },
  retry: { codes: [500, 503], attempts: 3, backoff: '50ms' },
  retryConstraint: { budget: { percent: 25.5, interval: '30s' } },
  outlierDetection: { consecutive: 5, baseEjection: '10s', maxEjection: '60s', maxEjectionPercent: 30 },
  loadBalancer: { ringHash: { header: 'x-user' } },
  limits: { maxInFlight: 8 },
}

describe('a service record', () => {
  it.each([
    ['a bare URL', URL],
    ['a bare URL with a line break, as an editor leaves it', `\n  ${URL}/ \n`],
    ['a list of one', JSON.stringify({ endpoints: [URL] })],
    ['a list of one in long', JSON.stringify({ endpoints: [{ url: URL }] })],
  ])('at its smallest is %s', (_, text) => {
    expect(parseRecord(text)).toEqual({ endpoints: [ENDPOINT], alias: undefined, rules: undefined, policy: {} })
  })

  it('at its fullest keeps all that is written, in its order', () => {
    expect(parseRecord(JSON.stringify(FULLEST, null, 2))).toEqual({
      endpoints: [
        ENDPOINT,
        {
          id: 'https://users-us.example.com/v1',
          target: { kind: 'url', url: 'https://users-us.example.com/v1' },
          ...PLACING,
          weight: 3,
          locality: 'enam',
        },
        { id: 'binding:USERS', target: { kind: 'binding', binding: 'USERS' }, ...PLACING },
      ],
      alias: undefined,
      rules: undefined,
      policy: {
        timeouts: FULLEST.timeouts,
        retry: FULLEST.retry,
        retryConstraint: FULLEST.retryConstraint,
        outlierDetection: FULLEST.outlierDetection,
        loadBalancer: FULLEST.loadBalancer,
        limits: FULLEST.limits,
      },
    })
  })

  it('may stand for another name', () => {
    expect(parseRecord('{ "alias": "users-v2.shop" }')).toEqual({
      endpoints: [],
      alias: ['users-v2.shop'],
      rules: undefined,
      policy: {},
    })
    expect(parseRecord('{ "alias": ["users-eu", "users@pr-7"] }').alias).toEqual(['users-eu', 'users@pr-7'])
  })

  it('may switch off what can be switched off', () => {
    const policy = { timeouts: { request: '0s' }, retry: { attempts: 0, codes: [] }, retryConstraint: 'off' }
    expect(parseRecord(JSON.stringify({ endpoints: [URL], ...policy })).policy).toEqual(policy)
  })

  it.each([
    ['timeouts', { request: '1s', backendRequest: '1s' }],
    ['timeouts', { request: '0s', backendRequest: '1h' }],
    ['timeouts', { backendRequest: '1h' }],
    ['timeouts', {}],
    ['retry', { attempts: 10 }],
    ['retry', { codes: [400, 599] }],
    ['retry', {}],
    ['retryConstraint', { budget: { percent: 0, interval: '1s' } }],
    ['retryConstraint', { budget: { percent: 100, interval: '1h' } }],
    ['retryConstraint', { budget: {} }],
    ['retryConstraint', {}],
    ['outlierDetection', {}],
    ['outlierDetection', { consecutive: 1, baseEjection: '100ms', maxEjection: '100ms', maxEjectionPercent: 0 }],
    ['outlierDetection', { consecutive: 1000, baseEjection: '1h', maxEjection: '1h', maxEjectionPercent: 100 }],
    ['outlierDetection', { baseEjection: '1h' }],
    ['limits', { maxInFlight: 1 }],
    ['limits', { maxInFlight: 10_000 }],
    ['limits', {}],
  ])('may have %s of %j', (field, value) => {
    expect(parseRecord(JSON.stringify({ endpoints: [URL], [field]: value })).policy).toEqual({ [field]: value })
  })

  it('has room for a thousand endpoints', () => {
    const endpoints = Array.from({ length: 1000 }, (_, index) => `https://users-${index}.example.com`)
    expect(parseRecord(JSON.stringify({ endpoints })).endpoints.map(({ id }) => id)).toEqual(endpoints)
  })

  it('is plain values, the same when written as JSON and read again', () => {
    const record = parseRecord(JSON.stringify(FULLEST))
    expect(JSON.parse(JSON.stringify(record))).toEqual({ endpoints: record.endpoints, policy: record.policy })
    expect(structuredClone(record)).toEqual(record)
  })
})

describe('recordOf', () => {
  it('has no endpoints where none are written', () => {
    expect(recordOf({ alias: 'users' })).toMatchObject({ endpoints: [], alias: ['users'] })
  })
})
