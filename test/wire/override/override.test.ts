import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { overrideIn, withOverride, withoutOverride } from '../../../src/wire/override/member.ts'
import { areSwaps, maySwap, readOverride } from '../../../src/wire/override/token.ts'

describe('the member of baggage', () => {
  it.each([
    ['a=1,selvedge-override=abc.d-_.e,b=2', 'abc.d-_.e'],
    [' Selvedge-Override = abc ;meta=1', 'abc'],
    ['selvedge-override', ''],
    ['selvedge-override=a,selvedge-override=b', ''],
    ['a=selvedge-override', undefined],
    ['selvedge-overrides=abc', undefined],
    ['', undefined],
    [null, undefined],
  ])('of %j is %j', (baggage, text) => {
    expect(overrideIn(baggage)).toBe(text)
  })

  it('replaces any other, and leaves what is not its own', () => {
    expect(withOverride('a=1,selvedge-override=old,b=2', 'new')).toBe('a=1,b=2,selvedge-override=new')
    expect(withOverride(undefined, 'new')).toBe('selvedge-override=new')
  })

  it('is there once when it was written, and not when it was removed, whatever else stands there', () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[a-z-]{1,8}=[ -+\--~]{0,8}$/)), (members) => {
        const baggage = members.join(',')
        expect(overrideIn(withOverride(baggage, 'abc'))).toBe('abc')
        expect(overrideIn(withoutOverride(withOverride(baggage, 'abc')))).toBeUndefined()
      }),
    )
  })
})

describe('maySwap', () => {
  it.each<[Record<string, string>, readonly string[] | undefined, boolean]>([
    [{ users: 'users@pr-1' }, undefined, true],
    [{ users: 'billing@pr-1' }, undefined, false],
    [{ users: 'users@pr-1', orders: 'orders@pr-2' }, ['*@pr-*'], true],
    [{ users: 'users@pr-1', orders: 'orders@next' }, ['*@pr-*'], false],
    [{ users: 'users@pr-1', orders: 'orders@next' }, ['*@pr-*', 'orders@next'], true],
    [{ users: 'billing@pr-1' }, ['*@pr-*'], false],
    [{ users: 'mock@pr-1' }, ['mock@pr-*'], true],
    [{ users: 'mock@next' }, ['mock@pr-*'], false],
    [{ 'users.shop': 'users.shop@pr-1' }, ['*.shop@pr-*'], true],
    [{ users: 'users@pr-1' }, ['*.shop@pr-*'], false],
    [{ users: 'users@a-b-c' }, ['*@a-*-c'], true],
    [{ users: 'users@a-c' }, ['*@a-*-c'], false],
    [{ users: 'users@pr' }, ['*@pr-*'], false],
    [{ users: 'users@pr-1' }, [], false],
  ])('%j by %j: %j', (swaps, patterns, may) => {
    expect(maySwap(swaps, patterns)).toBe(may)
  })
})

describe('names that are swapped', () => {
  it.each([
    [{}],
    [Object.fromEntries(Array.from({ length: 17 }, (_, index) => [`a${index}`, `a${index}@b`]))],
    [{ users: 'users' }],
    [{ 'users@a': 'users@b' }],
    [{ Users: 'users@b' }],
    [{ users: 'users@B' }],
    [{ users: 3 }],
  ])('are refused: %j', (swaps) => {
    expect(areSwaps(swaps)).toBe(false)
  })

  it('are a name, and a name with a tag', () => {
    expect(areSwaps({ users: 'users@pr-123', 'a.shop': 'b.shop@x' })).toBe(true)
  })
})

describe('readOverride', () => {
  const header = { alg: 'Ed25519', kid: 'a', typ: 'selvedge-override+jwt' }
  const claims = { iss: 'mesh', sub: 'alice', iat: 1000, exp: 4600, o: { users: 'users@pr-1' } }
  const read = (over: object, head: object = {}, nowS = 2000) =>
    readOverride(
      { header: { ...header, ...head }, claims: { ...claims, ...over } },
      { issuer: 'mesh', lifeS: 3600 },
      nowS,
    )

  it('gives what a sound one says', () => {
    expect(read({})).toEqual({
      kid: 'a',
      algorithm: 'Ed25519',
      subject: 'alice',
      swaps: { users: 'users@pr-1' },
      expiresAt: 4600,
    })
  })

  it.each<[string, object, object, number?]>([
    ['another type', {}, { typ: 'selvedge-identity+jwt' }],
    ['more than', {}, { jwk: {} }],
    ['no kid', {}, { kid: undefined }],
    ['another issuer', { iss: 'other' }, {}],
    ['no sub', { sub: '' }, {}],
    ['no names', { o: { users: 'users' } }, {}],
    ['no names', { o: [] }, {}],
    ['no iat', { iat: undefined }, {}],
    ['no exp', { exp: undefined }, {}],
    ['expired 31 s ago', {}, {}, 4631],
    ['issued 31 s ahead', {}, {}, 969],
    ['a life', { exp: 4601 }, {}],
    ['a life', { exp: 1000 }, {}, 1000],
  ])('says "%s" of %j %j', (word, over, head, nowS) => {
    expect(read(over, head, nowS)).toContain(word)
  })

  it('bears clocks that are 29 s apart', () => {
    expect(read({}, {}, 4629)).toHaveProperty('swaps')
    expect(read({}, {}, 971)).toHaveProperty('swaps')
  })
})
