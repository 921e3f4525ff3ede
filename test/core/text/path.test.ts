import { describe, expect, it } from 'vitest'
import { plainPath } from '../../../src/core/text/path.ts'

describe('plainPath', () => {
  it.each([
    ['/a/b?c=/../d', '/a/b?c=/../d'],
    ['/a/../b', '/b'],
    ['/a/./b?x', '/a/b?x'],
    ['/../../a', '/a'],
    ['/a/%2e%2E/b', '/b'],
    ['/a\\..\\b', '/b'],
    ['/a/..', '/'],
    ['/a%2fb', '/a%2fb'],
    ['//a', '//a'],
  ])('of %s is %s', (path, plain) => {
    expect(plainPath(path)).toBe(plain)
  })
})
