import { expect, it } from 'vitest'
import { matchesWildcard } from '../../../src/core/text/wildcard.ts'

it.each([
  ['cart', 'cart', true],
  ['*.shop', 'cart.shop', true],
  ['*.shop', 'eu.cart.shop', true],
  ['*.shop', 'shop', false],
  ['*.shop', 'workshop', false],
  ['shop', 'cart.shop', false],
])('%s means %s: %s', (said, name, isMeant) => {
  expect(matchesWildcard(said, name)).toBe(isMeant)
})
