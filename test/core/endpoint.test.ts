import { describe, expect, it } from 'vitest'
import { isServiceName, wildcardsOf } from '../../src/core/endpoint.ts'

const LABEL_63 = 'a'.repeat(63)
const NAME_253 = [LABEL_63, LABEL_63, LABEL_63, 'a'.repeat(61)].join('.')

describe('isServiceName', () => {
  it.each([
    'users',
    'users.shop',
    'api.example.com',
    'a',
    '0',
    '3d',
    'a-b',
    'a--b',
    'xn--bcher-kva',
    LABEL_63,
    NAME_253,
  ])('knows %s for a name', (name) => {
    expect(isServiceName(name)).toBe(true)
  })

  it.each([
    ['nothing', ''],
    ['upper case', 'Users'],
    ['an underscore', 'my_users'],
    ['a leading hyphen', '-users'],
    ['a closing hyphen', 'users-'],
    ['an empty label', 'users..shop'],
    ['a leading dot', '.users'],
    ['a closing dot', 'users.'],
    ['a wildcard', '*.shop'],
    ['a tag', 'users@pr-123'],
    ['a port', 'users:80'],
    ['a slash', 'users/42'],
    ['a space', 'my users'],
    ['a line break at its end', 'users\n'],
    ['a letter outside ASCII', 'bücher'],
    ['a label of 64', `${LABEL_63}a`],
    ['254 characters', `${NAME_253}a`],
    ['an IPv6 address', '[::1]'],
  ])('takes %s for no name', (_, text) => {
    expect(isServiceName(text)).toBe(false)
  })
})

describe('wildcardsOf', () => {
  it.each([
    ['users', []],
    ['users.shop', ['*.shop']],
    ['a.b.c', ['*.b.c', '*.c']],
    ['a.b.c.d', ['*.b.c.d', '*.c.d', '*.d']],
  ])('%s is answered for by %j, the longest first and never its own', (name, wildcards) => {
    expect(wildcardsOf(name)).toEqual(wildcards)
  })

  it('are eight at most, the longest', () => {
    const name = 'a.b.c.d.e.f.g.h.i.j.k'
    const wildcards = wildcardsOf(name)
    expect([wildcards.length, wildcards[0], wildcards.at(-1)]).toEqual([8, '*.b.c.d.e.f.g.h.i.j.k', '*.i.j.k'])
  })
})
