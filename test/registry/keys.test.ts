import { describe, expect, it } from 'vitest'
import { candidateKeys, keyOf, widerThan } from '../../src/registry/keys.ts'

describe('keyOf', () => {
  it.each([
    ['users', 'services/users'],
    ['*.shop', 'services/*.shop'],
  ])('%s stands under %s', (name, key) => {
    expect(keyOf(name)).toBe(key)
  })
})

describe('candidateKeys', () => {
  it.each([
    ['users', ['services/users']],
    ['a.b.c', ['services/a.b.c', 'services/*.b.c', 'services/*.c']],
    ['*.b.c', ['services/*.b.c', 'services/*.c']],
    ['b.c@pr-7', ['services/b.c@pr-7', 'services/*.c@pr-7']],
  ])('of %s are %j: its own, then its wildcards from the longest', (name, keys) => {
    expect(candidateKeys(name)).toEqual(keys)
  })

  it.each([
    ['a name', 9, new Array(127).fill('a').join('.')],
    ['a wildcard', 8, `*${'.a'.repeat(100)}`],
  ])('of the longest %s are no more than its own and the nearest wildcards, %i in all', (_, count, name) => {
    const keys = candidateKeys(name)
    expect(keys).toHaveLength(count)
    expect(keys[0]).toBe(`services/${name}`)
    expect(keys.at(-1)).toBe(
      `services/*${name
        .split('.')
        .slice(8)
        .map((label) => `.${label}`)
        .join('')}`,
    )
  })
})

describe('widerThan', () => {
  it.each([
    ['services/users', 'users', undefined],
    ['services/a.b.c', 'a.b.c', '*.b.c'],
    ['services/*.b.c', 'a.b.c', '*.c'],
    ['services/*.c', 'a.b.c', undefined],
    ['services/*.b.c', '*.b.c', '*.c'],
  ])('%s is for %s %s', (key, name, wildcard) => {
    expect(widerThan(key, name)).toBe(wildcard)
  })

  it('is never a wildcard that the name does not ask for', () => {
    const name = 'a.b.c.d.e.f.g.h.i.j.k'
    expect(widerThan('services/*.h.i.j.k', name)).toBe('*.i.j.k')
    expect(widerThan('services/*.i.j.k', name)).toBeUndefined()
  })
})
