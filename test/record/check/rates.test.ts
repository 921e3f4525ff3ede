import { describe, expect, it } from 'vitest'
import { type RateFinding, rateFindings } from '../../../src/record/check/rates.ts'
import { parseRecord } from '../../../src/record/parse.ts'

const bound = (...bindings: (readonly [string, string])[]) => ({
  bindings: new Map(bindings),
  values: new Set<string>(),
})
const found = (rate: object | undefined, given?: ReturnType<typeof bound>) =>
  rateFindings(parseRecord(JSON.stringify({ endpoints: ['https://a.example'], limits: { rate } })), given)

const QUOTA = ['QUOTA_OBJECT', 'durable_objects.bindings'] as const
const COUNTED = { count: 100, interval: '10s' }

describe('rateFindings', () => {
  it.each<[string, object | undefined, ReturnType<typeof bound> | undefined, RateFinding['severity'][], string]>([
    ['no rate', undefined, bound(), [], ''],
    ['an object that is bound', COUNTED, bound(QUOTA), [], ''],
    ['no object', COUNTED, bound(), ['warning'], 'without QUOTA_OBJECT each isolate counts alone'],
    ['an object that is no object', COUNTED, bound(['QUOTA_OBJECT', 'services']), ['warning'], 'counts alone'],
    ['nobody who knows', COUNTED, undefined, ['note'], 'without QUOTA_OBJECT each isolate counts alone'],
    ['more than one object answers', { count: 600, interval: '1s' }, bound(QUOTA), ['warning'], 'use a binding'],
    ['as many as one answers', { count: 500, interval: '1s' }, bound(QUOTA), [], ''],
    ['a binding', { binding: 'R' }, bound(['R', 'ratelimits']), ['note'], 'each location counts by itself'],
    ['a binding that is not there', { binding: 'R' }, bound(), ['error'], 'nobody counts'],
    ['a binding of another kind', { binding: 'R' }, bound(['R', 'services']), ['error'], 'but under services'],
  ])('of %s', (_, rate, given, severities, said) => {
    const findings = found(rate, given)
    expect(findings.map(({ severity }) => severity)).toEqual(severities)
    expect(findings.map(({ message }) => message).join(' ')).toContain(said)
  })
})
