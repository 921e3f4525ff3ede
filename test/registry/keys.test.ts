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

  it('of the longest name are no more than KV reads at once, and the nearest of them', () => {
    const name = new Array(127).fill('a').join('.')
    const keys = candidateKeys(name)
    expect(keys).toHaveLength(100)
    expect(keys.slice(0, 2)).toEqual([`services/${name}`, `services/*${name.slice(1)}`])
  })
})

describe('widerThan', () => {
  it.each([
    ['services/users', undefined],
    ['services/a.b.c', '*.b.c'],
    ['services/*.b.c', '*.c'],
    ['services/*.c', undefined],
  ])('%s is %s', (key, wildcard) => {
    expect(widerThan(key)).toBe(wildcard)
  })
})
