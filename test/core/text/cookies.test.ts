import { describe, expect, it } from 'vitest'
import { cookiesOf } from '../../../src/core/text/cookies.ts'

describe('cookiesOf', () => {
  it.each([
    ['a=1', ['a=1']],
    ['a=1; b=2;c=3', ['a=1', 'b=2', 'c=3']],
    ['a=1, b=2', ['a=1', 'b=2']],
    ['a=1; b=2, c=3; d=4', ['a=1', 'b=2', 'c=3', 'd=4']],
    ['a=1,2; b="x, y"', ['a=1,2', 'b="x, y"']],
    ['a=Wed, 21 Oct 2026; b=2', ['a=Wed, 21 Oct 2026', 'b=2']],
    ['', ['']],
  ])('of "%s" are %j', (header, cookies) => {
    expect(cookiesOf(header)).toEqual(cookies)
  })
})
