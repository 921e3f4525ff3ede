import { expect, it } from 'vitest'
import { lenientPath } from '../../../src/core/text/lenient-path.ts'

it.each([
  ['/v1/users', undefined],
  ['/v1/', undefined],
  ['/v1/caf%C3%A9', undefined],
  ['/v1//admin', '/v1/admin'],
  ['//v1/admin', '/v1/admin'],
  ['/v1/%61dmin', '/v1/admin'],
  ['/v1%2fadmin', '/v1/admin'],
  ['/v1/a%2Fb', '/v1/a/b'],
  ['/v1/admin;x=1/', '/v1/admin/'],
  ['/v1;a=b/admin', '/v1/admin'],
  ['/v1/%2e%2e/v1/admin', '/v1/admin'],
  ['/v1/x/..%2fadmin', '/v1/admin'],
  ['/v1/x%2f..%2fadmin', '/v1/admin'],
  ['/v1/%252e%252e/admin', '/admin'],
  ['/v1/x%5c..%5cadmin', '/v1/admin'],
  ['/v1/admin%00.png', '/v1/admin'],
  ['/v1/a%3Fb', undefined],
  ['/v1/a%23b/%61', '/v1/a%23b/a'],
])('reads %s as %s', (path, lenient) => {
  expect(lenientPath(path)).toBe(lenient)
})
