/** `selvedge cost`, over the admin API and the object behind it: what it prints is computed by hand. */
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { costs, isLambda } from '../../../../src/cli/traffic/cost.ts'
import { PRICES } from '../../../../src/cli/traffic/prices.ts'
import { command } from '../../../support/command.ts'
import { givenAdmin, TOKEN } from '../../../support/given-admin.ts'
import { type GivenCall, tellCalls } from '../../../support/given-numbers.ts'

const LAMBDA = 'lambda:users:live'

/**
 * In a minute 100 calls of `users.shop`: 60 from strangers, 40 from checkout. 20 of them need a second attempt: 120 attempts, of which a
 * sixth is wasted. Each takes half a second of a function with 2 GB: 120 GB-s, and 120 requests.
 * Reads of KV: two keys, `users.shop` and `*.shop`, each 12 times a minute (5 s) in one isolate: 24.
 */
const CALLS: readonly GivenCall[] = [
  { service: 'users.shop', times: 60, attempts: [[LAMBDA, 'success', 500]] },
  { service: 'users.shop', times: 20, caller: 'checkout', attempts: [[LAMBDA, 'success', 500]] },
  {
    service: 'users.shop',
    times: 20,
    caller: 'checkout',
    attempts: [
      [LAMBDA, 'failure', 500],
      [LAMBDA, 'success', 500],
    ],
  },
  { times: 3, caller: 'checkout', attempts: [['https://users.example.com', 'success', 500]] },
]
/** Dollars, of round numbers: a request 1, a read 0.01, an invocation 0.5, a GB-s 0.1. */
const ROUND = {
  currency: 'EUR',
  workers: { aMillionRequests: 1e6 },
  kv: { aMillionReads: 1e4 },
  lambda: { aMillionRequests: 5e5, aGbSecond: 0.1, memoryMb: 2_048 },
}
/** 60 + 24 × 0.01 + 120 × 0.5 + 120 × 0.1 = 132.24 a minute, and 43,200 of them in a month. */
const A_MONTH = 132.24 * 43_200
/** A sixth of what functions cost: (60 + 12) / 6 = 12 a minute. */
const WASTED = 12 * 43_200

async function given(prices: object | string = ROUND) {
  const admin = await givenAdmin({ ADMIN_TOKEN: TOKEN })
  tellCalls(admin.stats, CALLS)
  const file = join(mkdtempSync(join(tmpdir(), 'selvedge-cost-')), 'prices.yaml')
  writeFileSync(file, typeof prices === 'string' ? prices : JSON.stringify(prices))
  return { admin, file, selvedge: command({ clock: admin.clock, clientOf: () => admin.client }) }
}

describe('selvedge cost', () => {
  it('prints what a hand computes, the dearest first', async () => {
    const { selvedge, file } = await given()
    const { code, out, err } = await selvedge('cost', '--prices', file)
    expect(code).toBe(0)
    expect(out).toBe(`NAME         CALLS   SUBREQUESTS   KV_READS   LAMBDA     WASTED   A_MONTH
users.shop   100     120           <=24       120.0GBs   16.67%   ${A_MONTH.toFixed(2)} EUR
users        3       3             <=3        -          0.00%    ${(0.03 * 43_200).toFixed(2)} EUR
`)
    expect(err).toContain(`${WASTED.toFixed(2)} EUR of it for retries and hedges.`)
    expect(err).toContain('Prices as of 2026-11 (Workers), 2026-11 (KV), 2024-12 (Lambda)')
  })

  it('tells all of it as JSON', async () => {
    const { selvedge, file } = await given()
    const told = JSON.parse((await selvedge('cost', '--prices', file, '-o', 'json')).out)
    expect(told.items[0]).toEqual({
      service: 'users.shop',
      calls: 100,
      publicCalls: 60,
      attempts: 120,
      kvReads: 24,
      lambda: { requests: 120, gbSeconds: expect.closeTo(120) },
      wasted: expect.closeTo(1 / 6),
      cost: expect.closeTo(132.24),
      monthly: expect.closeTo(A_MONTH),
      monthlyWasted: expect.closeTo(WASTED),
    })
    expect(told.monthly).toBeCloseTo(A_MONTH + 0.03 * 43_200)
  })

  it('reads less of KV where records stay fresh for longer', async () => {
    const { selvedge, file } = await given()
    expect((await selvedge('cost', '--prices', file, '--fresh', '30s')).out).toContain('<=4 ')
  })

  it('shows its prices, with their sources, as a file that it takes', async () => {
    const { selvedge } = await given()
    const shown = await selvedge('cost', '--show-prices')
    expect(parse(shown.out)).toEqual(PRICES)
    const { selvedge: again, file } = await given(shown.out)
    expect((await again('cost', '--prices', file)).out).toBe((await again('cost')).out)
  })

  it.each([
    [
      'lambda: { memory: 128 }',
      '"memory" is not known. Known are aMillionRequests, aGbSecond, memoryMb, source, asOf.',
    ],
    ['kv: { aMillionReads: -1 }', 'kv.aMillionReads is 0 or more; got -1.'],
    ['kv: { aMillionReads: "0.5" }', 'kv.aMillionReads is a number; got "0.5".'],
    ['azure: {}', '"azure" is not known. Known are currency, workers, kv, lambda.'],
    ['currency: 7', 'currency is a text'],
    ['just words', 'is a table of currency, workers, kv, lambda.'],
    ['kv: [', 'prices.yaml: '],
  ])('refuses prices that it cannot go by: %s', async (text, words) => {
    const { selvedge, file } = await given(text)
    const { code, out, err } = await selvedge('cost', '--prices', file)
    expect([code, out]).toEqual([2, ''])
    expect(err).toContain(words)
  })

  it('says which file it cannot read', async () => {
    const { selvedge } = await given()
    expect((await selvedge('cost', '--prices', 'no-such-file.yaml')).err).toContain('no-such-file.yaml cannot be read')
  })
})

describe('costs', () => {
  it('asks KV no oftener than there are calls, however many isolates there are', () => {
    const one = { service: 'users', requests: 7, rps: 1, success: 1 }
    const counts = { services: [one], endpoints: [], callers: [], isolates: 1_000, windowMs: 60_000 }
    expect(costs(counts, PRICES, 5_000)[0]?.kvReads).toBe(7)
  })

  it.each([
    ['lambda:users', true],
    ['https://abc123.lambda-url.eu-west-1.on.aws', true],
    ['https://abc123.lambda-url.eu-west-1.on.aws/v1', true],
    ['https://lambda-url.example.com', false],
    ['https://evil.example/abc.lambda-url.eu-west-1.on.aws', false],
    ['binding:LAMBDA', false],
  ])('knows a Lambda function: %s', (endpoint, is) => {
    expect(isLambda(endpoint)).toBe(is)
  })
})
