import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MEANINGS } from '../../../src/core/errors.ts'
import { proxyStatus } from '../../../src/wire/problem/proxy-status.ts'

/** A member of a structured-field list with the parameters of RFC 9209 (RFC 8941 §3.3: token, integer, string). */
const MEMBER =
  /^selvedge(?:; error=(?<error>[A-Za-z*][\w!#$%&'*+\-.^`|~:/]*))?(?:; received-status=(?<status>-?\d{1,15}))?(?:; details="(?<details>(?:[\x20-\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)")?$/

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
    expect(MEMBER.exec(proxyStatus({ error: proxyError }))?.groups?.error).toBe(proxyError)
  })

  it('is a structured field that a header can hold, whatever is told', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 100, max: 999 }), (details, receivedStatus) => {
        const text = proxyStatus({ receivedStatus, details })
        const { groups } = MEMBER.exec(text) ?? {}
        expect(Number(groups?.status)).toBe(receivedStatus)
        expect(groups?.details?.replace(/\\(.)/g, '$1')).toBe(details.replace(/[^\x20-\x7e]/g, '?'))
        expect(new Headers({ 'proxy-status': text }).get('proxy-status')).toBe(text)
      }),
    )
  })
})
