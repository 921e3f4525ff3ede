import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MeshError } from '../../src/core/errors.ts'
import { parsePolicy, parseRecord, recordChecker } from '../../src/record/parse.ts'
import { KINDS } from '../../src/targets/kinds.ts'
import { timed } from '../support/cpu.ts'

const URL = 'https://users.example.com'
const URL_FORM = 'an http:// or https:// URL without query or fragment'
/** Of all kinds that there are. */
const KIND_FORMS = Object.keys(KINDS).map((name) => `{ "${name}" }`)
const PLACE_FORM = `a URL, ${KIND_FORMS.join(', ').replace(/, (?=[^,]*$)/, ' or ')}`
const NAME_FORM = 'a service name: a DNS name in lower case, with "@" and a tag if it has one'
const WEIGHT_FORM = 'a whole number from 0 to 1,000,000'
const LOCALITY_FORM = 'a colo such as "AMS", a continent such as "EU" or a location hint such as "weur"'
const DURATION_FORM = 'a duration such as "250ms", "2s" or "1m30s"'

/** The message with which a text is refused. */
function refusal(text: string): string {
  try {
    return `taken: ${JSON.stringify(parseRecord(text))}`
  } catch (error) {
    expect(error).toBeInstanceOf(MeshError)
    expect(error).toHaveProperty('code', 'record_invalid')
    return (error as MeshError).message
  }
}

/** The message with which a record is refused: one with an endpoint and these fields. */
const refusalOf = (fields: object) => refusal(JSON.stringify({ endpoints: [URL], ...fields }))

describe('parseRecord', () => {
  it.each([
    ['', 'Expected a URL or a JSON object, got "".'],
    ['  \n', 'Expected a URL or a JSON object, got "".'],
    ['users', 'Expected a URL or a JSON object, got "users".'],
    ['null', 'Expected a URL or a JSON object, got "null".'],
    ['42', 'Expected a URL or a JSON object, got "42".'],
    ['["https://a.example.com"]', 'Expected a URL or a JSON object, got "[\\"https://a.example.com\\"]".'],
    ['ftp://a.example.com', 'Expected a URL or a JSON object, got "ftp://a.example.com".'],
    [`${URL} https://b.example.com`, `Expected a URL or a JSON object, got "${URL} https://b.example.com".`],
  ])('refuses the text %j', (text, message) => {
    expect(refusal(text)).toBe(message)
  })

  it.each(['{', '{ "endpoints": [', "{ 'endpoints': [] }", '{} trailing', '{ "a": 1, }'])(
    'refuses what is not quite JSON: %s',
    (text) => {
      expect(refusal(text)).toMatch(/^Not JSON: .+\.$/)
    },
  )

  it.each([
    [{ endpoints: undefined }, '$: Expected "endpoints", "rules" or both, or else an "alias", got {}.'],
    [{ endpoints: [] }, '$.endpoints: Expected 1 to 1000 endpoints, got [].'],
    [{ endpoints: URL }, `$.endpoints: Expected a list of endpoints, got "${URL}".`],
    [{ endpoints: null }, '$.endpoints: Expected a list of endpoints, got null.'],
    [{ endpoints: [42] }, `$.endpoints[0]: Expected ${PLACE_FORM}, got 42.`],
    [{ endpoints: [URL, null] }, `$.endpoints[1]: Expected ${PLACE_FORM}, got null.`],
    [{ endpoints: [URL, 'users'] }, `$.endpoints[1]: Expected ${URL_FORM}, got "users".`],
    [{ endpoints: [{ url: `${URL}?x=1` }] }, `$.endpoints[0].url: Expected ${URL_FORM}, got "${URL}?***".`],
    [{ endpoints: [{}] }, '$.endpoints[0].url: is missing.'],
    [
      { endpoints: [{ binding: 'MY-USERS' }] },
      '$.endpoints[0].binding: Expected the name of a service binding, got "MY-USERS".',
    ],
    [{ endpoints: [{ binding: '' }] }, '$.endpoints[0].binding: Expected the name of a service binding, got "".'],
    [{ endpoints: [{ binding: 1 }] }, '$.endpoints[0].binding: Expected the name of a service binding, got 1.'],
    [{ endpoints: [{ url: URL, weight: -1 }] }, `$.endpoints[0].weight: Expected ${WEIGHT_FORM}, got -1.`],
    [{ endpoints: [{ url: URL, weight: 1.5 }] }, `$.endpoints[0].weight: Expected ${WEIGHT_FORM}, got 1.5.`],
    [{ endpoints: [{ url: URL, weight: 1_000_001 }] }, `$.endpoints[0].weight: Expected ${WEIGHT_FORM}, got 1000001.`],
    [{ endpoints: [{ binding: 'USERS', weight: '3' }] }, `$.endpoints[0].weight: Expected ${WEIGHT_FORM}, got "3".`],
    [{ endpoints: [{ url: URL, weight: null }] }, `$.endpoints[0].weight: Expected ${WEIGHT_FORM}, got null.`],
    [{ endpoints: [{ url: URL, locality: 'ams' }] }, `$.endpoints[0].locality: Expected ${LOCALITY_FORM}, got "ams".`],
    [
      { endpoints: [{ url: URL, locality: ['AMS'] }] },
      `$.endpoints[0].locality: Expected ${LOCALITY_FORM}, got ["AMS"].`,
    ],
    [
      { endpoints: [URL, { url: URL, weight: 3 }] },
      `$.endpoints: Expected each endpoint once, got ["${URL}",{"url":"${URL}","weight":3}].`,
    ],
    [{ endpoints: [URL, `${URL}/`] }, `$.endpoints: Expected each endpoint once, got ["${URL}","${URL}/"].`],
    [
      { alias: 'users-v2' },
      `$: Expected "endpoints", "rules" or both, or else an "alias", got {"endpoints":["${URL}"],"alias":"users-v2"}.`,
    ],
    [{ endpoints: undefined, alias: 'Users' }, `$.alias: Expected ${NAME_FORM}, got "Users".`],
    [{ endpoints: undefined, alias: 42 }, `$.alias: Expected ${NAME_FORM}, got 42.`],
    [{ endpoints: undefined, alias: '*.shop' }, `$.alias: Expected ${NAME_FORM}, got "*.shop".`],
    [{ endpoints: undefined, alias: 'users@pr@123' }, `$.alias: Expected ${NAME_FORM}, got "users@pr@123".`],
    [{ endpoints: undefined, alias: [] }, '$.alias: Expected 1 to 16 names, got [].'],
    [{ endpoints: undefined, alias: ['a', 'a'] }, '$.alias: Expected each name once, got ["a","a"].'],
    [{ endpoints: undefined, alias: ['a', 'B'] }, `$.alias[1]: Expected ${NAME_FORM}, got "B".`],
    [
      { endpoints: undefined, alias: 'users', retry: {} },
      '$: Expected an alias to stand alone: the policy is that of the record it names, got {"alias":"users","retry":{}}.',
    ],
    [{ $schema: 1 }, '$.$schema: Expected string, got 1.'],
    [{ timeouts: { request: 5 } }, `$.timeouts.request: Expected ${DURATION_FORM}, got 5.`],
    [{ timeouts: { request: '5' } }, `$.timeouts.request: Expected ${DURATION_FORM}, got "5".`],
    [{ timeouts: { backendRequest: '1.5s' } }, `$.timeouts.backendRequest: Expected ${DURATION_FORM}, got "1.5s".`],
    [
      { timeouts: { request: '1s', backendRequest: '2s' } },
      '$.timeouts: Expected backendRequest to be no longer than request, got {"request":"1s","backendRequest":"2s"}.',
    ],
    [{ retry: { attempts: 11 } }, '$.retry.attempts: Expected a whole number from 0 to 10, got 11.'],
    [{ retry: { attempts: -1 } }, '$.retry.attempts: Expected a whole number from 0 to 10, got -1.'],
    [{ retry: { attempts: 1.5 } }, '$.retry.attempts: Expected a whole number from 0 to 10, got 1.5.'],
    [{ retry: { attempts: '2' } }, '$.retry.attempts: Expected a whole number from 0 to 10, got "2".'],
    [{ retry: { codes: 503 } }, '$.retry.codes: Expected a list of status codes, got 503.'],
    [{ retry: { codes: [503, 399] } }, '$.retry.codes[1]: Expected a status code, 400 to 599, got 399.'],
    [{ retry: { codes: [600] } }, '$.retry.codes[0]: Expected a status code, 400 to 599, got 600.'],
    [{ retry: { codes: [503.5] } }, '$.retry.codes[0]: Expected a status code, 400 to 599, got 503.5.'],
    [{ retry: { codes: ['503'] } }, '$.retry.codes[0]: Expected a status code, 400 to 599, got "503".'],
    [{ retry: { codes: [503, 503] } }, '$.retry.codes: Expected each status code once, got [503,503].'],
    [{ retry: { backoff: 25 } }, `$.retry.backoff: Expected ${DURATION_FORM}, got 25.`],
    [
      { retryConstraint: 'on' },
      '$.retryConstraint: Expected "off" or { "budget": { "percent", "interval" }, "whenEmpty" }, got "on".',
    ],
    [
      { retryConstraint: { budget: { percent: 101 } } },
      '$.retryConstraint.budget.percent: Expected a number from 0 to 100, got 101.',
    ],
    [
      { retryConstraint: { budget: { percent: -1 } } },
      '$.retryConstraint.budget.percent: Expected a number from 0 to 100, got -1.',
    ],
    [
      { retryConstraint: { budget: { interval: '999ms' } } },
      '$.retryConstraint.budget.interval: Expected a duration from 1s to 1h, got "999ms".',
    ],
    [
      { retryConstraint: { budget: { interval: '1h1ms' } } },
      '$.retryConstraint.budget.interval: Expected a duration from 1s to 1h, got "1h1ms".',
    ],
    [
      { outlierDetection: { baseEjection: '2s', maxEjection: '1s' } },
      '$.outlierDetection: Expected baseEjection to be no longer than maxEjection, got {"baseEjection":"2s","maxEjection":"1s"}.',
    ],
    [
      { endpoints: undefined, alias: 'users', outlierDetection: {} },
      '$: Expected an alias to stand alone: the policy is that of the record it names, got {"alias":"users","outlierDetection":{}}.',
    ],
    [
      { retryConstraint: { whenEmpty: 'off' } },
      '$.retryConstraint.whenEmpty: Expected "allow-upstream" or "stop", got "off".',
    ],
    [{ hedge: { delay: 'p99' } }, '$.hedge.delay: Expected "p95" or a duration from 1ms to 1h, got "p99".'],
    [{ hedge: { delay: '0s' } }, '$.hedge.delay: Expected "p95" or a duration from 1ms to 1h, got "0s".'],
    [{ hedge: { delay: '1h1ms' } }, '$.hedge.delay: Expected "p95" or a duration from 1ms to 1h, got "1h1ms".'],
    [{ hedge: { delay: 50 } }, '$.hedge.delay: Expected "p95" or a duration from 1ms to 1h, got 50.'],
    [{ hedge: { maxExtraLoad: 101 } }, '$.hedge.maxExtraLoad: Expected a number from 0 to 100, got 101.'],
    [{ hedge: { maxExtraLoad: -1 } }, '$.hedge.maxExtraLoad: Expected a number from 0 to 100, got -1.'],
    [{ limits: { maxInFlight: 0 } }, '$.limits.maxInFlight: Expected a whole number from 1 to 10,000, got 0.'],
    [{ limits: { maxInFlight: 10_001 } }, '$.limits.maxInFlight: Expected a whole number from 1 to 10,000, got 10001.'],
    [{ limits: { maxInFlight: 1.5 } }, '$.limits.maxInFlight: Expected a whole number from 1 to 10,000, got 1.5.'],
    [{ limits: { maxInFlight: '64' } }, '$.limits.maxInFlight: Expected a whole number from 1 to 10,000, got "64".'],
    [
      { endpoints: undefined, alias: 'users', limits: {} },
      '$: Expected an alias to stand alone: the policy is that of the record it names, got {"alias":"users","limits":{}}.',
    ],
  ])('refuses %j', (fields, message) => {
    expect(refusalOf(fields)).toBe(message)
  })

  it.each([
    ['consecutive', 'a whole number from 1 to 1000', [0, 1001, 2.5, '3']],
    ['baseEjection', 'a duration from 100ms to 1h', ['99ms', '1h1ms', '5', 5]],
    ['maxEjection', 'a duration from 100ms to 1h', ['99ms', '1h1ms', '5', 5]],
    ['maxEjectionPercent', 'a whole number from 0 to 100', [-1, 101, 33.3, '50']],
  ])('refuses an outlierDetection whose %s is not %s', (field, what, values) => {
    for (const value of values) {
      const told = `$.outlierDetection.${field}: Expected ${what}, got ${JSON.stringify(value)}.`
      expect(refusalOf({ outlierDetection: { [field]: value } })).toBe(told)
    }
  })

  it.each([
    ['timeouts', '$.timeouts'],
    ['retry', '$.retry'],
    ['retryConstraint', '$.retryConstraint'],
    ['outlierDetection', '$.outlierDetection'],
    ['hedge', '$.hedge'],
    ['limits', '$.limits'],
  ])('refuses %s that are no object', (field, path) => {
    for (const value of [null, 42, true, 'much']) {
      expect(refusalOf({ [field]: value })).toMatch(
        new RegExp(`^\\${path}: Expected .+, got ${JSON.stringify(value)}\\.$`),
      )
    }
  })

  it.each([
    [{ endpoint: URL }, '$.endpoint'],
    [{ timeout: { request: '5s' } }, '$.timeout'],
    [{ timeouts: { Request: '5s' } }, '$.timeouts.Request'],
    [{ retry: { retries: 2 } }, '$.retry.retries'],
    [{ hedge: { after: 'p95' } }, '$.hedge.after'],
    [{ retryConstraint: { budget: { percentage: 20 } } }, '$.retryConstraint.budget.percentage'],
    [{ outlierDetection: { consecutive5xx: 5 } }, '$.outlierDetection.consecutive5xx'],
    [{ endpoints: [{ url: URL, uri: URL }] }, '$.endpoints[0].uri'],
    [{ endpoints: [{ binding: 'USERS', url: URL }] }, '$.endpoints[0].url'],
    [{ 'a field': 1 }, '$["a field"]'],
    [{ 'a"b': 1 }, '$["a\\"b"]'],
    [{ constructor: 1 }, '$.constructor'],
    [{ retry: { toString: 1 } }, '$.retry.toString'],
  ])('refuses a field that nobody knows: %j', (fields, path) => {
    expect(refusalOf(fields)).toBe(`${path}: is not a field that this version knows.`)
  })

  it('refuses a field by the name of the prototype', () => {
    expect(refusal(`{ "endpoints": ["${URL}"], "__proto__": {} }`)).toContain('$.__proto__')
  })

  it.each([
    [{ limits: { rate: { count: 100, interval: '10s', leases: true } } }, '$.limits.rate.leases'],
    [{ access: { rules: [{ name: 'a', effect: 'allow', claims: {} }] } }, '$.access.rules[0].claims'],
    [{ retryConstraint: { minRetryRate: { count: 10 } } }, '$.retryConstraint.minRetryRate'],
  ])('refuses by its name what it does not enforce yet: %j', (fields, path) => {
    expect(refusalOf(fields)).toContain(`${path}: `)
  })

  it('names the first three of many mistakes, and counts the others', () => {
    const message = refusalOf({ retry: { attempts: 11, codes: [1, 2], backoff: 'soon' } })
    expect(message.match(/\$\.retry/g)).toHaveLength(3)
    expect(message).toMatch(/\. And 1 more\.$/)
  })

  it('repeats no more than the beginning of what stood there', () => {
    expect(refusal('x'.repeat(100_000)).length).toBeLessThan(200)
    expect(refusalOf({ endpoints: 'x'.repeat(100_000) }).length).toBeLessThan(200)
  })

  it.each([
    ['10 MB of nothing', ' '.repeat(1e7)],
    ['10 MB of brackets', `{"endpoints":${'['.repeat(5e6)}${']'.repeat(5e6)}}`],
    ['a key of 10 MB', `{"${'x'.repeat(1e7)}":1}`],
    ['a key 300,000 times', `{${'"endpoints":["https://a.example"],'.repeat(300_000)}"limits":{}}`],
  ])('refuses %s at once', (_, text) => {
    const { result, cpuMs } = timed(() => refusal(text))
    expect(result).toBe(`Expected at most 1048576 characters, got ${text.length}.`)
    expect(cpuMs).toBeLessThan(100)
  })

  it.each([
    ['a list', (depth: number) => `{"endpoints":${'['.repeat(depth)}${']'.repeat(depth)}}`, '$.endpoints[0]: '],
    ['a map', (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`, '$.a: '],
    [
      'a rule',
      (depth: number) => `{"rules":[{"matches":[{"path":${'{"type":'.repeat(depth)}1${'}'.repeat(depth)}}]}]}`,
      '$.rules[0].matches[0].path.type: ',
    ],
  ])('refuses %s that is 100,000 deep, and says where', (_, textOf, place) => {
    expect(refusal(textOf(100_000))).toMatch(new RegExp(`^${place.replaceAll(/[$.[\]]/g, '\\$&')}`))
  })

  it('names a number that JSON has no word for', () => {
    expect(refusal(`{ "endpoints": ["${URL}"], "limits": { "maxInFlight": 1e309 } }`)).toBe(
      '$.limits.maxInFlight: Expected a whole number from 1 to 10,000, got Infinity.',
    )
    const [issue] = recordChecker()({ endpoints: [{ url: URL, weight: Number.NaN }] })
    expect(issue?.message).toBe(`Expected ${WEIGHT_FORM}, got NaN.`)
  })

  it('refuses 1001 endpoints', () => {
    const endpoints = Array.from({ length: 1001 }, (_, index) => `https://users-${index}.example.com`)
    expect(refusalOf({ endpoints })).toMatch(
      /^\$\.endpoints: Expected 1 to 1000 endpoints, got \[.{79}… \(1001 in all\)\.$/,
    )
  })
})

describe('any text at all', () => {
  /** A record, or a MeshError of one code with a message: nothing else. */
  const isParsedOrRefused = (text: string) => {
    try {
      const { endpoints, alias } = parseRecord(text)
      // Exactly one of the two, and every endpoint can be sent to.
      return endpoints.length > 0 !== (alias !== undefined) && endpoints.every(({ id }) => id.length > 0)
    } catch (error) {
      return error instanceof MeshError && error.code === 'record_invalid' && error.message.length < 1000
    }
  }

  it('is a record or is refused', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 300 }), isParsedOrRefused))
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => isParsedOrRefused(`{${text}`)))
    fc.assert(fc.property(fc.webUrl({ withQueryParameters: true, withFragments: true }), isParsedOrRefused))
  })

  it('is a record or is refused, if it is JSON', () => {
    fc.assert(fc.property(fc.json({ maxDepth: 6 }), isParsedOrRefused))
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue()).map((value) => JSON.stringify(value)),
        isParsedOrRefused,
      ),
    )
  })

  it('is a record or is refused, if it is almost a record', () => {
    const junk = fc.jsonValue({ maxDepth: 2 })
    const almost = <T>(good: fc.Arbitrary<T>) =>
      fc.oneof({ weight: 4, arbitrary: good }, { weight: 1, arbitrary: junk })
    const text = almost(fc.constantFrom('1s', '250ms', '0s', '2h', 'users', 'users.shop', URL))
    const endpoint = almost(
      fc.oneof(
        fc.webUrl(),
        fc.record(
          {
            url: almost(fc.webUrl()),
            weight: almost(fc.nat()),
            locality: almost(fc.constantFrom('EU', 'AMS', 'weur')),
          },
          { requiredKeys: ['url'] },
        ),
        fc.record({ binding: almost(fc.constantFrom('USERS', 'ORDERS')) }),
      ),
    )
    const timeouts = fc.record({ request: text, backendRequest: text }, { requiredKeys: [] })
    const retry = fc.record(
      {
        codes: almost(fc.array(almost(fc.integer({ min: 390, max: 610 })))),
        attempts: almost(fc.nat(12)),
        backoff: text,
      },
      { requiredKeys: [] },
    )
    const budget = fc.record({ percent: almost(fc.nat(120)), interval: text }, { requiredKeys: [] })
    const record = fc.record(
      {
        endpoints: almost(fc.array(endpoint, { maxLength: 4 })),
        alias: text,
        timeouts: almost(timeouts),
        retry: almost(retry),
        loadBalancer: almost(
          fc.oneof(fc.constant('round-robin'), fc.record({ ringHash: fc.record({ header: text }) })),
        ),
        retryConstraint: almost(fc.oneof(fc.constant('off'), fc.record({ budget: almost(budget) }))),
      },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(record, (record) => isParsedOrRefused(JSON.stringify(record))),
      { numRuns: 500 },
    )
  })
})

describe('parsePolicy', () => {
  it('takes the policy part of a record', () => {
    const policy = { timeouts: { request: '5s' }, retry: { attempts: 1 }, retryConstraint: 'off' }
    expect(parsePolicy(JSON.stringify(policy))).toEqual(policy)
    expect(parsePolicy('{}')).toEqual({})
  })

  it.each([
    [`{ "endpoints": ["${URL}"] }`, '$.endpoints: is not a field that this version knows.'],
    ['{ "retry": { "attempts": 11 } }', '$.retry.attempts: Expected a whole number from 0 to 10, got 11.'],
    ['42', '$: Expected an object, got 42.'],
  ])('refuses %s', (text, message) => {
    expect(() => parsePolicy(text)).toThrow(message)
  })

  it('refuses what is not JSON', () => {
    expect(() => parsePolicy('soon')).toThrow(/^Not JSON: /)
  })
})
