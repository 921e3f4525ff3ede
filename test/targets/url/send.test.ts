import { expect, it } from 'vitest'
import { addressBeneath } from '../../../src/targets/url/send.ts'

it.each([
  ['https://users.example.com', '/42?x=1', 'https://users.example.com/42?x=1'],
  ['https://users.example.com/v1', '/42', 'https://users.example.com/v1/42'],
  ['https://users.example.com/v1', '/', 'https://users.example.com/v1/'],
  ['http://127.0.0.1:8787', '//a/b?c=/d', 'http://127.0.0.1:8787//a/b?c=/d'],
])('%s with %s is %s, letter by letter', (base, path, url) => {
  expect(addressBeneath(base, path)).toBe(url)
})

it.each(['/../x', '/%2e%2e/x', '/a/.%2E/.%2e/x', '/..\\x', '/a/../../../x'])(
  'never climbs out of /v1 with %s',
  (path) => {
    expect(addressBeneath('http://up.example/v1', path)).toMatch(/^http:\/\/up\.example\/v1\/x$/)
  },
)
