import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readPushback } from '../../../src/wire/answer/pushback.ts'

const NOW = Date.UTC(2026, 9, 21, 7, 28, 0)
const read = (headers: Record<string, string>) => readPushback(new Headers(headers), NOW)

describe('readPushback', () => {
  it.each([
    ['selvedge-retryable', 'false'],
    ['selvedge-retryable', 'FALSE'],
    ['l5d-retryable', 'false'],
    ['x-envoy-overloaded', 'true'],
    ['x-envoy-ratelimited', 'true'],
    ['finagle-http-nonretryable-nack', 'true'],
    ['grpc-retry-pushback-ms', '-1'],
    ['grpc-retry-pushback-ms', 'soon'],
    ['grpc-retry-pushback-ms', ''],
    ['grpc-retry-pushback-ms', '1.5'],
  ])('hears a stop in %s: %s', (name, value) => {
    expect(read({ [name]: value })).toEqual({ verdict: 'stop', waitMs: undefined })
  })

  it.each([
    ['selvedge-retryable', 'true'],
    ['selvedge-retryable', 'True'],
    ['l5d-retryable', 'true'],
    ['finagle-http-nack', 'true'],
  ])('hears that nothing was processed in %s: %s', (name, value) => {
    expect(read({ [name]: value })).toEqual({ verdict: 'go', waitMs: undefined })
  })

  it.each([
    ['nothing', {}],
    ['words of no meaning', { 'selvedge-retryable': 'maybe', 'l5d-retryable': '1' }],
    ['an ordinary answer', { 'content-type': 'text/plain', 'x-envoy-upstream-service-time': '5' }],
  ])('hears neither in %s', (_, headers) => {
    expect(read(headers)).toEqual({ verdict: undefined, waitMs: undefined })
  })

  it.each([
    ['selvedge-retryable', 'false'],
    ['l5d-retryable', 'false'],
    ['x-envoy-overloaded', 'true'],
    ['grpc-retry-pushback-ms', '-1'],
  ])('lets the stop of %s win over every go and every wait', (name, value) => {
    const goes = { 'selvedge-retryable': 'true', 'l5d-retryable': 'true', 'finagle-http-nack': 'true' }
    expect(read({ ...goes, 'retry-after': '1', [name]: value })).toEqual({ verdict: 'stop', waitMs: undefined })
  })

  it.each([
    ['grpc-retry-pushback-ms', '0', 0],
    ['grpc-retry-pushback-ms', '250', 250],
    ['retry-after', '0', 0],
    ['retry-after', '2', 2000],
    ['retry-after', 'Wed, 21 Oct 2026 07:28:30 GMT', 30_000],
    ['retry-after', 'Wed, 21 Oct 2026 07:27:00 GMT', 0],
  ])('waits as %s: %s says: %s ms', (name, value, waitMs) => {
    expect(read({ [name]: value })).toEqual({ verdict: undefined, waitMs })
  })

  it.each([
    '',
    'soon',
    '-5',
    '1.5',
    '120.0',
    '120, 120',
    '1e3',
    'in 5',
    '0x10',
    '5 s',
    '2026-10-21T07:28:30Z',
    '2026-10-21',
    'Wed, 21 Oct 2026 07:28:30',
    'Wed, 21 Oct 2026 07:28:30 +0200',
    'Wed, 99 Foo 2026 99:99:99 GMT',
    'Wed, 21 Oct 2026 07:28:30 GMT, Wed, 21 Oct 2026 07:28:30 GMT',
    'Wed',
  ])('waits 60 s where Retry-After is "%s", which cannot be read', (value) => {
    expect(read({ 'retry-after': value })).toEqual({ verdict: undefined, waitMs: 60_000 })
  })

  it.each(['99999999999', '9'.repeat(400)])('reads %s seconds, which nobody waits for', (value) => {
    expect(read({ 'retry-after': value }).waitMs).toBeGreaterThanOrEqual(99_999_999_999_000)
  })

  it('gives no leave to come back sooner than a Retry-After says, whatever stands there', () => {
    const text = fc.oneof(
      fc.string({ unit: fc.constantFrom(...Array.from('0123456789.,-: TZ')) }),
      fc.string({ unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)) }),
      fc
        .date({ min: new Date(NOW - 1e9), max: new Date(NOW + 1e11), noInvalidDate: true })
        .map((at) => at.toUTCString()),
    )
    fc.assert(
      fc.property(text, (value) => {
        const { waitMs } = read({ 'retry-after': value })
        const said = value.trim()
        const seconds = /^\d+$/.test(said) ? Number(said) * 1000 : undefined
        const date = said.endsWith(' GMT') ? Math.max(0, Date.parse(said) - NOW) : undefined
        expect(waitMs).toBe(seconds ?? date ?? 60_000)
      }),
    )
  })

  it.each([
    ['selvedge-retryable', 'true, false', 'stop'],
    ['l5d-retryable', 'false, false', 'stop'],
    ['selvedge-retryable', 'true, true', 'go'],
    ['selvedge-retryable', 'true, maybe', undefined],
  ])('of the list %s: %s takes the careful meaning', (name, value, verdict) => {
    expect(read({ [name]: value }).verdict).toBe(verdict)
  })

  it('waits as gRPC says where Retry-After says otherwise', () => {
    expect(read({ 'grpc-retry-pushback-ms': '250', 'retry-after': '9' }).waitMs).toBe(250)
  })

  it('hears a go and a wait together', () => {
    expect(read({ 'finagle-http-nack': 'true', 'retry-after': '1' })).toEqual({ verdict: 'go', waitMs: 1000 })
  })
})
