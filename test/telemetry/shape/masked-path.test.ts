import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isMasked, maskedPath, maskOf } from '../../../src/telemetry/shape/masked-path.ts'

const none = new Set<string>()

describe('maskedPath', () => {
  it.each([
    ['/users/42/orders', '/users/{number}/orders'],
    ['/calls/+4917012345678', '/calls/{number}'],
    ['/calls/%2B4917012345678', '/calls/{number}'],
    ['/users/0190d3f7-7c1e-7b52-9f5e-1d2f6c1a9b11', '/users/{uuid}'],
    ['/mail/ann@example.com', '/mail/{mail}'],
    ['/mail/ann%40example.com', '/mail/{mail}'],
    ['/reset/eyJhbGciOiJFUzI1NiJ9.eyJzdWIi', '/reset/{token}'],
    ['/v1/users', '/v1/users'],
    ['/', '/'],
    ['/a//b/', '/a//b/'],
    ['/how-to-route-requests', '/how-to-route-requests'],
  ])('makes of %s %s', (path, masked) => {
    expect(maskedPath(path, none, false)).toBe(masked)
    expect(isMasked(masked)).toBe(path !== masked)
  })

  it('keeps a segment that a rule names', () => {
    expect(maskedPath('/users/42/43', new Set(['42']), false)).toBe('/users/42/{number}')
  })

  it('keeps numbers where rules read the path by expressions, but never what may let somebody in', () => {
    expect(maskedPath('/users/42/ann@example.com/0123456789abcdef0123', none, true)).toBe('/users/42/{mail}/{token}')
  })

  it('masks what is masked as it was', () => {
    fc.assert(
      fc.property(fc.webPath(), (path) => {
        const masked = maskedPath(path, none, false)
        expect(maskedPath(masked, none, false)).toBe(masked)
        for (const segment of masked.split('/')) expect(maskOf(segment)).toBeUndefined()
      }),
    )
  })
})
