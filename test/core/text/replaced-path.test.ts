import { describe, expect, it } from 'vitest'
import { replacedPath } from '../../../src/core/text/replaced-path.ts'

describe('a prefix that is replaced', () => {
  // The table in the specification of HTTPPathModifier, and what it leaves out.
  it.each([
    ['/foo/bar', '/foo', '/xyz', '/xyz/bar'],
    ['/foo/bar', '/foo', '/xyz/', '/xyz/bar'],
    ['/foo/bar', '/foo/', '/xyz', '/xyz/bar'],
    ['/foo/bar', '/foo/', '/xyz/', '/xyz/bar'],
    ['/foo', '/foo', '/xyz', '/xyz'],
    ['/foo/', '/foo', '/xyz', '/xyz/'],
    ['/foo/bar', '/foo', '', '/bar'],
    ['/foo/', '/foo', '', '/'],
    ['/foo', '/foo', '', '/'],
    ['/foo/', '/foo', '/', '/'],
    ['/foo', '/foo', '/', '/'],
    ['/foo?a=/b', '/foo', '', '/?a=/b'],
    ['/foo?a', '/foo', '/xyz', '/xyz?a'],
    ['/foo/bar?a', '/foo', 'xyz', '/xyz/bar?a'],
    ['/bar', '/', '/xyz', '/xyz/bar'],
    ['/', '/', '/xyz', '/xyz/'],
    ['/', '/', '', '/'],
  ])('of %s, %s by "%s", leaves %s', (path, prefix, replacePrefixMatch, replaced) => {
    expect(replacedPath({ type: 'ReplacePrefixMatch', replacePrefixMatch }, prefix)(path)).toBe(replaced)
  })
})

describe('a path that is replaced', () => {
  it.each([
    ['/foo/bar', '/one', '/one'],
    ['/foo/bar?a=1', '/one/two/', '/one/two/?a=1'],
    ['/foo', '', '/'],
    ['/foo?a', 'one', '/one?a'],
  ])('of %s by "%s" leaves %s: the query stays', (path, replaceFullPath, replaced) => {
    expect(replacedPath({ type: 'ReplaceFullPath', replaceFullPath }, '/')(path)).toBe(replaced)
  })
})
