/** W3C's own suite for Trace Context (w3c/trace-context, test/test.py), strict, level 2: its cases, through the whole mesh. */
import { describe, expect, it } from 'vitest'
import { createTestMesh } from '../../src/testing.ts'

const TRACE = '12345678901234567890123456789012'
const SPAN = '1234567890123456'
const GOOD = `00-${TRACE}-${SPAN}-01`
const UNSAMPLED = `00-${TRACE}-${SPAN}-00`

/** What the next hop gets of a request with these headers, called as often as is asked. */
async function passedOn(headers: [string, string][], count = 1) {
  const got: Headers[] = []
  const mesh = createTestMesh({
    users: (request) => {
      got.push(request.headers)
      return new Response()
    },
  })
  const call = mesh.for(new Request('http://front/', { headers: new Headers(headers) }))
  for (let number = 0; number < count; number++) await mesh.clock.run(call.fetch('http://users/'))
  return got.map((headers) => {
    const parent = headers.get('traceparent') ?? ''
    expect(parent).toMatch(/^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/)
    const [, traceId, spanId, flags] = parent.split('-')
    return { traceId, spanId, flags: Number.parseInt(flags as string, 16), state: stateOf(headers) }
  })
}

/** As the suite reads it: empty members are none, and the first of a key counts. */
function stateOf(headers: Headers): Record<string, string> {
  const state = new Map<string, string>()
  for (const member of (headers.get('tracestate') ?? '').split(/[ \t]*,[ \t]*/)) {
    const end = member.indexOf('=')
    const key = member.slice(0, end)
    if (member !== '' && !state.has(key)) state.set(key, member.slice(end + 1))
  }
  return Object.fromEntries(state)
}

const first = async (headers: [string, string][]) => (await passedOn(headers))[0]

describe('traceparent', () => {
  it.each([
    ['none', []],
    ['a name with a hyphen', [['trace-parent', GOOD]]],
    ['a name with a dot', [['trace.parent', GOOD]]],
    ['two of them', ['11', '12'].map((end) => ['traceparent', `00-${TRACE.slice(0, -2)}${end}-${SPAN}-01`])],
    ...[
      ['version 00 and a dot behind', `${GOOD}.`],
      ['version 00 and more fields', `${GOOD}-what-the-future-will-be-like`],
      ['version cc and a dot behind', `cc-${TRACE}-${SPAN}-01.what-the-future-will-be-like`],
      ['version ff', `ff-${TRACE}-${SPAN}-01`],
      ['an illegal version', `.0-${TRACE}-${SPAN}-01`],
      ['another illegal version', `0.-${TRACE}-${SPAN}-01`],
      ['a version of three digits', `000-${TRACE}-${SPAN}-01`],
      ['a version of four digits', `0000-${TRACE}-${SPAN}-01`],
      ['a version of one digit', `0-${TRACE}-${SPAN}-01`],
      ['a trace id of zeros', `00-${'0'.repeat(32)}-${SPAN}-01`],
      ['an illegal trace id', `00-.${TRACE.slice(1)}-${SPAN}-01`],
      ['another illegal trace id', `00-${TRACE.slice(0, -1)}.-${SPAN}-01`],
      ['a trace id that is too long', `00-${TRACE}3-${SPAN}-01`],
      ['a trace id that is too short', `00-${TRACE.slice(0, -1)}-${SPAN}-01`],
      ['a parent id of zeros', `00-${TRACE}-${'0'.repeat(16)}-01`],
      ['an illegal parent id', `00-${TRACE}-.${SPAN.slice(1)}-01`],
      ['another illegal parent id', `00-${TRACE}-${SPAN.slice(0, -1)}.-01`],
      ['a parent id that is too long', `00-${TRACE}-${SPAN}7-01`],
      ['a parent id that is too short', `00-${TRACE}-${SPAN.slice(0, -1)}-01`],
      ['illegal flags', `00-${TRACE}-${SPAN}-.0`],
      ['other illegal flags', `00-${TRACE}-${SPAN}-0.`],
      ['flags of three digits', `00-${TRACE}-${SPAN}-001`],
      ['flags of one digit', `00-${TRACE}-${SPAN}-1`],
    ].map(([name, value]) => [name, [['traceparent', value]]]),
  ] as [string, [string, string][]][])('begins a trace of its own at %s', async (_, headers) => {
    const { traceId } = (await first(headers)) ?? {}
    expect(headers.map(([, value]) => value).join()).not.toContain(traceId)
  })

  it.each([
    ['alone', 'traceparent', GOOD],
    ...['TraceParent', 'TrAcEpArEnT', 'TRACEPARENT'].map((name) => [`as ${name}`, name, GOOD]),
    ['of version cc', 'traceparent', `cc-${TRACE}-${SPAN}-01`],
    ['of version cc, with more fields', 'traceparent', `cc-${TRACE}-${SPAN}-01-what-the-future-will-be-like`],
    ...[` ${GOOD}`, `\t${GOOD}`, `${GOOD} `, `${GOOD}\t`, `\t ${GOOD} \t`].map((value) => [
      'in white space',
      'traceparent',
      value,
    ]),
  ] as [string, string, string][])('is inherited %s, with a span of our own', async (_, name, value) => {
    const { traceId, spanId } = (await first([[name, value]])) ?? {}
    expect(traceId).toBe(TRACE)
    expect(spanId).not.toBe(SPAN)
  })

  it('keeps the flag that says that its id is random', async () => {
    const { traceId, spanId, flags } = (await first([['traceparent', `00-${TRACE}-${SPAN}-02`]])) ?? {}
    expect([traceId, (flags as number) & 2]).toEqual([TRACE, 2])
    expect(spanId).not.toBe(SPAN)
  })

  it.each([
    ['a good one', [['traceparent', GOOD]], true],
    ['none', [], false],
    ['an illegal one', [['traceparent', `00-${'0'.repeat(32)}-${SPAN}-01`]], false],
  ] as [string, [string, string][], boolean][])(
    'of %s has another span for each of three calls',
    async (_, headers, isInherited) => {
      const calls = await passedOn(headers, 3)
      expect(new Set(calls.map(({ spanId }) => spanId)).size).toBe(3)
      if (isInherited) expect(new Set(calls.map(({ traceId }) => traceId))).toEqual(new Set([TRACE]))
      expect(calls.map(({ traceId }) => traceId)).not.toContain('0'.repeat(32))
    },
  )
})

const LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789_-*/'
const printable = Array.from({ length: 0x7f - 0x20 }, (_, index) => String.fromCharCode(0x20 + index))
const VALUE = printable.filter((one) => one !== ',' && one !== '=').join('')
const members = (count: number) =>
  Array.from({ length: count }, (_, index) => String(index + 1).padStart(2, '0')).map((one) => `bar${one}=${one}`)
/** As the suite sends them: ten a header. */
const inTens = (all: string[]) => [0, 10, 20, 30].map((from) => all.slice(from, from + 10).join(','))
const entries = (all: string[]) => Object.fromEntries(all.map((one) => one.split('=')))

describe('tracestate', () => {
  it('is dropped where there is no traceparent', async () => {
    for (const state of ['foo=1', 'foo=1,bar=2']) expect((await first([['tracestate', state]]))?.state).toEqual({})
  })

  it.each(['trace-state', 'trace.state'])('is not told as %s', async (name) => {
    const headers: [string, string][] = [
      ['traceparent', UNSAMPLED],
      [name, 'foo=1'],
    ]
    expect((await first(headers))?.state).toEqual({})
  })

  it.each(['TraceState', 'TrAcEsTaTe', 'TRACESTATE'])('is inherited as %s', async (name) => {
    const headers: [string, string][] = [
      ['traceparent', UNSAMPLED],
      [name, 'foo=1'],
    ]
    expect((await first(headers))?.state).toEqual({ foo: '1' })
  })

  it.each([
    ['one header', ['foo=1,bar=2'], { foo: '1', bar: '2' }],
    ['an empty header', [''], {}],
    ['an empty header behind', ['foo=1', ''], { foo: '1' }],
    ['an empty header in front', ['', 'foo=1'], { foo: '1' }],
    [
      'several headers',
      ['foo=1,bar=2', 'rojo=1,congo=2', 'baz=3'],
      { foo: '1', bar: '2', rojo: '1', congo: '2', baz: '3' },
    ],
    ['a key twice', ['foo=1,foo=1'], { foo: '1' }],
    ['a key twice, of two values', ['foo=1,foo=2'], { foo: '1' }],
    ['a key in two headers', ['foo=1', 'foo=1'], { foo: '1' }],
    ['a key in two headers, of two values', ['foo=1', 'foo=2'], { foo: '1' }],
    ['all characters that may be', [`${LETTERS}=${VALUE}`], { [LETTERS]: VALUE }],
    ['all characters, and a vendor', [`${LETTERS}@a-z0-9_-*/=${VALUE}`], { [`${LETTERS}@a-z0-9_-*/`]: VALUE }],
    ['white space and tabs', ['foo=1 \t , \t bar=2, \t baz=3'], { foo: '1', bar: '2', baz: '3' }],
    ['tabs and white space', ['foo=1\t \t,\t \tbar=2,\t \tbaz=3'], { foo: '1', bar: '2', baz: '3' }],
    ...[' foo=1', '\tfoo=1', 'foo=1 ', 'foo=1\t', '\t foo=1 \t'].map((one) => [
      'white space around',
      [one],
      { foo: '1' },
    ]),
    ['an at sign at the end of a key', ['foo@=1,bar=2'], { 'foo@': '1', bar: '2' }],
    ['two at signs', ['foo@@bar=1,bar=2'], { 'foo@@bar': '1', bar: '2' }],
    ['at signs apart', ['foo@bar@baz=1,bar=2'], { 'foo@bar@baz': '1', bar: '2' }],
    ['32 members', inTens(members(32)), entries(members(32))],
    ['a key of 256 characters', ['foo=1', `${'z'.repeat(256)}=1`], { foo: '1', ['z'.repeat(256)]: '1' }],
    ...[`${'t'.repeat(241)}@${'v'.repeat(14)}`, `${'t'.repeat(242)}@v`, `t@${'v'.repeat(15)}`].map((key) => [
      'a long key with a vendor',
      ['foo=1', `${key}=1`],
      { foo: '1', [key]: '1' },
    ]),
  ] as [string, string[], Record<string, string>][])('is inherited in its order with %s', async (_, states, kept) => {
    const { traceId, state } = (await first([
      ['traceparent', UNSAMPLED],
      ...states.map((state): [string, string] => ['tracestate', state]),
    ])) ?? { state: undefined }
    expect(traceId).toBe(TRACE)
    expect(Object.entries(state ?? {})).toEqual(Object.entries(kept))
  })

  it.each([
    ['a space in a key', ['foo =1']],
    ['a key in upper case', ['FOO=1']],
    ['a dot in a key', ['foo.bar=1']],
    ['an at sign before a key', ['@foo=1,bar=2']],
    ['33 members', inTens(members(33))],
    ['a key of 257 characters', ['foo=1', `${'z'.repeat(257)}=1`]],
    ['an equals sign in a value', ['foo=bar=baz']],
    ['an empty value', ['foo=,bar=3']],
    // Ours: what the grammar says and the suite does not try.
    ['a value of 257 characters', [`foo=${'x'.repeat(257)}`]],
    ['no equals sign', ['foo']],
    ['letters of another alphabet', ['foo=\u00e9']],
    ['a tab in a value', ['foo=a\tb']],
  ])('is dropped whole, and the trace kept, with %s', async (_, states) => {
    const { traceId, state } =
      (await first([['traceparent', UNSAMPLED], ...states.map((state): [string, string] => ['tracestate', state])])) ??
      {}
    expect([traceId, state]).toEqual([TRACE, {}])
  })
})
