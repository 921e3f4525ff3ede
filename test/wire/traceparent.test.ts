import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readTrace, traceparent } from '../../src/wire/traceparent.ts'

const TRACE = '0af7651916cd43dd8448eb211c80319c'
const SPAN = 'b7ad6b7169203331'
const GOOD = `00-${TRACE}-${SPAN}-01`

const read = (headers: Record<string, string>) => readTrace(new Headers(headers))

// The cases are those of W3C's own suite (w3c/trace-context, test/test.py), where it has them.
describe('readTrace', () => {
  it('reads the trace, the span that called and the flags', () => {
    expect(read({ traceparent: GOOD })).toEqual({
      traceId: TRACE,
      spanId: SPAN,
      flags: 1,
      state: undefined,
      baggage: undefined,
    })
  })

  it.each([
    ['a later version', `cc-${TRACE}-${SPAN}-01`],
    ['a later version with more fields', `cc-${TRACE}-${SPAN}-01-what-the-future-will-be-like`],
    ['a later version with an empty field', `01-${TRACE}-${SPAN}-01-`],
    ['white space around it', `  ${GOOD}\t`],
  ])('reads %s', (_, text) => {
    expect(read({ traceparent: text })).toMatchObject({ traceId: TRACE, spanId: SPAN, flags: 1 })
  })

  it.each([
    ['nothing', ''],
    ['words', 'hello'],
    ['version ff', `ff-${TRACE}-${SPAN}-01`],
    ['a version of one digit', `0-${TRACE}-${SPAN}-01`],
    ['a version of three digits', `000-${TRACE}-${SPAN}-01`],
    ['a version that is not hex', `.0-${TRACE}-${SPAN}-01`],
    ['version 00 with more fields', `${GOOD}-what`],
    ['version 00 with an empty field', `${GOOD}-`],
    ['version 00 with something after the flags', `${GOOD}.what`],
    ['a later version with something after the flags', `cc-${TRACE}-${SPAN}-01.what`],
    ['a trace id of zeros', `00-${'0'.repeat(32)}-${SPAN}-01`],
    ['a span id of zeros', `00-${TRACE}-${'0'.repeat(16)}-01`],
    ['a trace id in upper case', `00-${TRACE.toUpperCase()}-${SPAN}-01`],
    ['a span id in upper case', `00-${TRACE}-${SPAN.toUpperCase()}-01`],
    ['flags in upper case', `00-${TRACE}-${SPAN}-0A`],
    ['a trace id that is not hex', `00-.${TRACE.slice(1)}-${SPAN}-01`],
    ['a span id that is not hex', `00-${TRACE}-.${SPAN.slice(1)}-01`],
    ['a trace id that is too short', `00-${TRACE.slice(1)}-${SPAN}-01`],
    ['a trace id that is too long', `00-${TRACE}0-${SPAN}-01`],
    ['a span id that is too short', `00-${TRACE}-${SPAN.slice(1)}-01`],
    ['a span id that is too long', `00-${TRACE}-${SPAN}0-01`],
    ['flags of one digit', `00-${TRACE}-${SPAN}-1`],
    ['flags of three digits', `00-${TRACE}-${SPAN}-001`],
    ['no flags', `00-${TRACE}-${SPAN}`],
    ['other separators', GOOD.replaceAll('-', '_')],
    ['two of them', `${GOOD}, ${GOOD}`],
  ])('takes %s for none: a new trace starts', (_, text) => {
    expect(read({ traceparent: text })).toBeUndefined()
  })

  it('takes no trace from a tracestate or a baggage alone', () => {
    expect(read({ tracestate: 'a=1', baggage: 'a=1' })).toBeUndefined()
  })

  it.each([
    ['00', 0],
    ['01', 1],
    ['02', 2],
    ['03', 3],
    ['04', 0],
    ['fd', 1],
    ['ff', 3],
  ])('keeps of flags %s those that are known', (flags, known) => {
    expect(read({ traceparent: `00-${TRACE}-${SPAN}-${flags}` })?.flags).toBe(known)
  })

  it('carries tracestate and baggage on as they came', () => {
    const carried = { tracestate: 'rojo=00f067aa0ba902b7,congo=t61rcWkgMzE', baggage: 'userId=alice;p=1,n=%20' }
    expect(read({ traceparent: GOOD, ...carried })).toMatchObject({
      state: carried.tracestate,
      baggage: carried.baggage,
    })
  })

  it('puts together a tracestate that came in two headers', () => {
    const headers = new Headers([
      ['traceparent', GOOD],
      ['tracestate', 'foo=1'],
      ['tracestate', 'bar=2'],
    ])
    expect(readTrace(headers)?.state).toBe('foo=1, bar=2')
  })

  it.each([
    [32, true],
    [33, false],
  ])('of a tracestate of %i members keeps all or none: %s', (count, isKept) => {
    const state = Array.from({ length: count }, (_, index) => `k${index}=v`).join(',')
    expect(read({ traceparent: GOOD, tracestate: state })?.state).toBe(isKept ? state : undefined)
  })
})

describe('traceparent', () => {
  const hex = (length: number) =>
    fc.string({ unit: fc.nat(15).map((digit) => digit.toString(16)), minLength: length, maxLength: length })

  it('is read again as it was written', () => {
    const nonZero = (length: number) => hex(length).filter((text) => !/^0+$/.test(text))
    fc.assert(
      fc.property(nonZero(32), nonZero(16), fc.nat(3), (traceId, spanId, flags) => {
        expect(read({ traceparent: traceparent(traceId, spanId, flags) })).toMatchObject({ traceId, spanId, flags })
      }),
    )
  })

  it('is of version 00, and says no flags but those of level 2', () => {
    expect(traceparent(TRACE, SPAN, 0xff)).toBe(`00-${TRACE}-${SPAN}-03`)
  })
})
