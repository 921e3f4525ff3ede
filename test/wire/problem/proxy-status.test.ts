import fc from 'fast-check'
import { parseList, Token } from 'structured-headers'
import { describe, expect, it } from 'vitest'
import { MEANINGS } from '../../../src/core/errors.ts'
import { proxyStatus } from '../../../src/wire/problem/proxy-status.ts'

/** A list of one token with the parameters of RFC 9209, as others read it. */
function read(field: string) {
  const [item, ...more] = parseList(field)
  if (!item || more.length > 0) throw new Error(`${field} is no list of one`)
  const [proxy, parameters] = item
  return { proxy, parameters: Object.fromEntries(parameters) }
}

describe('proxyStatus', () => {
  it.each([
    [{}, 'selvedge'],
    [{ error: 'connection_terminated' }, 'selvedge; error=connection_terminated'],
    [{ receivedStatus: 503 }, 'selvedge; received-status=503'],
    [{ details: 'No way.' }, 'selvedge; details="No way."'],
    [
      { error: 'proxy_internal_error', receivedStatus: 500, details: 'a' },
      'selvedge; error=proxy_internal_error; received-status=500; details="a"',
    ],
    [{ details: 'a "quoted" \\ word' }, 'selvedge; details="a \\"quoted\\" \\\\ word"'],
    [{ details: 'two\r\nlines\t\x7f' }, 'selvedge; details="two??lines??"'],
    [{ details: 'küche' }, 'selvedge; details="k?che"'],
  ])('of %j is %s', (given, text) => {
    expect(proxyStatus(given)).toBe(text)
  })

  it.each(Object.entries(MEANINGS))('%s has an error that is a token', (_, { proxyError }) => {
    expect(read(proxyStatus({ error: proxyError }))).toEqual({
      proxy: new Token('selvedge'),
      parameters: { error: new Token(proxyError) },
    })
  })

  it('is a structured field that a header can hold, whatever is told', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 100, max: 999 }), (details, receivedStatus) => {
        const text = proxyStatus({ receivedStatus, details })
        const { parameters } = read(text)
        expect(parameters).toEqual({
          'received-status': receivedStatus,
          details: details.replace(/[^\x20-\x7e]/g, '?'),
        })
        expect(new Headers({ 'proxy-status': text }).get('proxy-status')).toBe(text)
      }),
    )
  })
})
