import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromBase64url, toBase64url } from '../../../src/core/text/base64url.ts'

describe('base64url', () => {
  it('is that of RFC 4648 §5, without padding, of the text in UTF-8', () => {
    expect(toBase64url('ü?>~')).toBe(Buffer.from('ü?>~').toString('base64url'))
  })

  it('gives any text again', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(fromBase64url(toBase64url(text))).toBe(text)
      }),
    )
  })

  it.each(['a', 'ab=', 'a+b/', 'Zm 9v', '_w'])('reads nothing of %j, which is none or no UTF-8', (text) => {
    expect(fromBase64url(text)).toBeUndefined()
  })
})
