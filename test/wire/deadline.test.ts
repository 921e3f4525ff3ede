import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { receipt } from '../../src/core/receipt.ts'
import { DEADLINE_HEADERS, HOP_RESERVE_MS, readTimeoutMs, writeTimeout } from '../../src/wire/deadline.ts'

const NOW = 1_700_000_000_000
const NONE = Number.POSITIVE_INFINITY
const FINAGLE = 'finagle-ctx-com.twitter.finagle.deadline'
const LINKERD = 'l5d-ctx-deadline'

/** Finagle's pair: when it was stamped and when it ends, in milliseconds from now. */
function pair(stampedMs: number, endsMs: number): string {
  const ns = (ms: number) => String(BigInt(NOW + ms) * 1_000_000n)
  return `${ns(stampedMs)} ${ns(endsMs)}`
}

const readBoth = (headers: HeadersInit) => {
  const told = receipt()
  return { ms: readTimeoutMs(new Headers(headers), NOW, told), unread: told.unread ?? [] }
}
const read = (headers: Record<string, string>) => readBoth(headers).ms

describe('readTimeoutMs', () => {
  it.each([
    ['selvedge-timeout-ms', '250', 250],
    ['selvedge-timeout-ms', '0', 0],
    ['selvedge-timeout-ms', '9999999999', 9_999_999_999],
    ['grpc-timeout', '1H', 3_600_000],
    ['grpc-timeout', '2M', 120_000],
    ['grpc-timeout', '3S', 3000],
    ['grpc-timeout', '250m', 250],
    ['grpc-timeout', '1500u', 1.5],
    ['grpc-timeout', '99999999n', 99.999999],
    ['grpc-timeout', '0S', 0],
    ['connect-timeout-ms', '1500', 1500],
    ['x-envoy-expected-rq-timeout-ms', '300', 300],
    ['x-envoy-upstream-rq-timeout-ms', '400', 400],
    [FINAGLE, pair(-10, 500), 500],
    [LINKERD, pair(-10, 500), 500],
  ])('%s: %s leaves %d ms', (name, value, ms) => {
    expect(read({ [name]: value })).toBeCloseTo(ms, 3)
  })

  it.each([
    ...['', '1.5', '+1', 'soon', '10s', '1e3', '0x10', '12345678901', '--1'].flatMap((value) =>
      ['selvedge-timeout-ms', 'connect-timeout-ms', 'x-envoy-expected-rq-timeout-ms'].map((name) => [name, value]),
    ),
    ...['', '5', 'S', '5s', '5 S', '1.5S', '5SS', '123456789m', '5d'].map((value) => ['grpc-timeout', value]),
    ...['', 'soon', '1700000000000000000', '1;2', '1.5 2', '12345678901234567890 1', '1  2'].flatMap((value) => [
      [FINAGLE, value],
      [LINKERD, value],
    ]),
  ] as [string, string][])('%s: "%s" cannot be read: it sets no deadline, and is told', (name, value) => {
    expect(readBoth({ [name]: value })).toEqual({ ms: NONE, unread: [name] })
  })

  it.each(['x-envoy-expected-rq-timeout-ms', 'x-envoy-upstream-rq-timeout-ms'])('%s: 0 is none', (name) => {
    expect(readBoth({ [name]: '0' })).toEqual({ ms: NONE, unread: [] })
    expect(readBoth({ [name]: '0, 700' })).toEqual({ ms: 700, unread: [] })
  })

  it.each([
    ['selvedge-timeout-ms', '-1'],
    ['connect-timeout-ms', '-500'],
    ['x-envoy-upstream-rq-timeout-ms', '-1'],
    ['grpc-timeout', '-1S'],
    [FINAGLE, '-1 5'],
    [LINKERD, `${NOW}000000 -5`],
    ['selvedge-timeout-ms', '300, -1'],
  ])('%s: %s is over', (name, value) => {
    expect(readBoth({ [name]: value })).toEqual({ ms: 0, unread: [] })
  })

  it.each([
    ['selvedge-timeout-ms', '500, 300', 300, []],
    ['selvedge-timeout-ms', '300,500', 300, []],
    ['connect-timeout-ms', '0, 500', 0, []],
    ['grpc-timeout', '2S, 1S', 1000, []],
    ['grpc-timeout', '1S, soon', 1000, ['grpc-timeout']],
    ['selvedge-timeout-ms', 'soon, later, 250', 250, ['selvedge-timeout-ms']],
  ])('%s: of the list "%s" the least counts, %i ms', (name, value, ms, unread) => {
    expect(readBoth({ [name]: value })).toEqual({ ms, unread })
  })

  it('names each header that cannot be read once', () => {
    const said = { 'selvedge-timeout-ms': 'a, b', 'grpc-timeout': '1', [LINKERD]: 'x' }
    expect(readBoth(said)).toEqual({ ms: NONE, unread: ['selvedge-timeout-ms', 'grpc-timeout', LINKERD] })
  })

  it('is never more than with one header, or one value of a list, less', () => {
    const names = [
      'selvedge-timeout-ms',
      'grpc-timeout',
      'connect-timeout-ms',
      'x-envoy-upstream-rq-timeout-ms',
      FINAGLE,
    ]
    const value = fc.oneof(
      fc.integer({ min: -10, max: 1_000_000 }).map(String),
      fc.integer({ min: -10, max: 9999 }).map((count) => `${count}m`),
      fc.tuple(fc.integer({ min: -9, max: 9 }), fc.integer({ min: -9, max: 999 })).map(([from, to]) => pair(from, to)),
      fc.string({ unit: fc.constantFrom(...Array.from('0159-+. mSx')) }),
    )
    const header = fc.tuple(fc.constantFrom(...names), value)
    fc.assert(
      fc.property(fc.array(header, { maxLength: 6 }), header, (some, one) => {
        const fewer = readBoth(some).ms
        const more = readBoth([...some, one])
        expect(more.ms).toBeLessThanOrEqual(fewer)
        expect(more.ms).toBeGreaterThanOrEqual(0)
        // What was added says less time, or at least as much, or it is told that it cannot be read.
        const alone = readBoth([one])
        if (alone.unread.length > 0) expect(more.unread).toContain(one[0])
      }),
    )
  })

  it('gives no deadline where none is said', () => {
    expect(read({})).toBe(NONE)
  })

  it('ignores nonsense beside a good one', () => {
    expect(read({ 'selvedge-timeout-ms': 'soon', 'grpc-timeout': '2S', 'x-envoy-expected-rq-timeout-ms': '0' })).toBe(
      2000,
    )
  })

  it('takes the least of all spellings that are given', () => {
    const ms = fc.option(fc.integer({ min: 1, max: 99_999_999 }))
    const given = fc.record({ selvedge: ms, grpc: ms, connect: ms, expected: ms, upstream: ms, finagle: ms, l5d: ms })
    fc.assert(
      fc.property(given, (given) => {
        const headers = new Headers()
        const spell = (name: string, ms: number | null, spelling: (ms: number) => string = String) => {
          if (ms !== null) headers.set(name, spelling(ms))
        }
        spell('selvedge-timeout-ms', given.selvedge)
        spell('grpc-timeout', given.grpc, (ms) => `${ms}m`)
        spell('connect-timeout-ms', given.connect)
        spell('x-envoy-expected-rq-timeout-ms', given.expected)
        spell('x-envoy-upstream-rq-timeout-ms', given.upstream)
        spell(FINAGLE, given.finagle, (ms) => pair(0, ms))
        spell(LINKERD, given.l5d, (ms) => pair(0, ms))
        const least = Math.min(...Object.values(given).map((ms) => ms ?? NONE))
        const seen = readBoth(headers).ms
        if (least === NONE) expect(seen).toBe(NONE)
        else expect(seen).toBeCloseTo(least, 2)
      }),
    )
  })

  describe('of a Finagle pair', () => {
    it.each([
      ['whose sender has our clock, counts what is left by ours', pair(-200, 300), 300],
      ['whose sender is an hour ahead, believes no more than it enacted', pair(3_600_000, 3_600_500), 500],
      ['whose sender is an hour behind, finds that it has passed', pair(-3_600_000, -3_599_500), 0],
      ['that has passed, leaves nothing', pair(-500, -1), 0],
      ['that ends before it was stamped, leaves nothing', pair(500, 400), 0],
      ['among several, takes the latest stamp', `${pair(600, 900)},${pair(-100, 800)}`, 200],
      ['among several, takes the earliest end', `${pair(-100, 800)}, ${pair(600, 900)}`, 200],
      ['beside nonsense, takes the pair', `soon, ${pair(-10, 700)}`, 700],
      ['with further fields behind the two, is read', `${pair(-10, 700)} 7 x`, 700],
    ])('%s', (_, value, ms) => {
      expect(read({ [FINAGLE]: value })).toBeCloseTo(ms, 2)
    })

    it('combines the values of two headers', () => {
      const headers = new Headers([
        [FINAGLE, pair(-10, 700)],
        [FINAGLE, pair(-20, 600)],
      ])
      expect(readBoth(headers).ms).toBeCloseTo(600, 2)
    })

    it('reads one that never ends as one in the far future', () => {
      expect(read({ [LINKERD]: `${BigInt(NOW) * 1_000_000n} 9223372036854775807` })).toBeGreaterThan(7e12)
    })
  })
})

describe('DEADLINE_HEADERS', () => {
  it('names every spelling that is read, so that none is copied on', () => {
    expect([...DEADLINE_HEADERS].sort()).toEqual([
      'connect-timeout-ms',
      FINAGLE,
      'grpc-timeout',
      LINKERD,
      'selvedge-timeout-ms',
      'x-envoy-expected-rq-timeout-ms',
      'x-envoy-upstream-rq-timeout-ms',
    ])
  })
})

describe('writeTimeout', () => {
  const written = (remainingMs: number, request: Record<string, string> = {}) => {
    const headers = new Headers()
    writeTimeout(remainingMs, new Headers(request), headers)
    return Object.fromEntries(headers)
  }

  it.each([
    [1000, '995'],
    [1000.9, '995'],
    [6, '1'],
    [3, '1'],
    [0, '1'],
    [86_400_000, '86399995'],
  ])('tells of %d ms as %s: rounded down, less what one hop takes, and never nothing', (ms, text) => {
    expect(written(ms)).toEqual({ 'selvedge-timeout-ms': text })
  })

  it('tells nothing where there is no deadline', () => {
    expect(written(NONE, { 'content-type': 'application/grpc' })).toEqual({})
  })

  it.each([
    ['application/grpc', 1000, '995m'],
    ['application/grpc+proto', 1000, '995m'],
    ['application/grpc-web+json', 1000, '995m'],
    ['application/grpc', 100_000_004, '99999999m'],
    ['application/grpc', 100_000_005, '100000S'],
    ['application/grpc', 1e15, '99999999S'],
  ])('also speaks to %s: %d ms left are %s', (type, ms, timeout) => {
    expect(written(ms, { 'content-type': type })).toMatchObject({ 'grpc-timeout': timeout })
  })

  it('also speaks to Connect', () => {
    expect(written(1000, { 'connect-protocol-version': '1', 'content-type': 'application/json' })).toEqual({
      'selvedge-timeout-ms': '995',
      'connect-timeout-ms': '995',
    })
  })

  it('is understood by the next hop, and never gives it more than there is', () => {
    const type = fc.constantFrom('application/json', 'application/grpc')
    fc.assert(
      fc.property(fc.double({ min: 0, max: 9_999_999_000, noNaN: true }), type, (ms, type) => {
        const seen = read(written(ms, { 'content-type': type }))
        expect(seen).toBeLessThanOrEqual(Math.max(1, ms - HOP_RESERVE_MS))
        expect(seen).toBeGreaterThan(Math.max(0, ms - HOP_RESERVE_MS - 1000))
      }),
    )
  })
})
