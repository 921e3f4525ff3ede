import { describe, expect, it } from 'vitest'
import { readCaller } from '../../src/wire/caller.ts'

describe('readCaller', () => {
  it.each(['checkout', 'checkout.shop'])('reads %s', (caller) => {
    expect(readCaller({ props: { caller, tenant: 'acme' } })).toBe(caller)
  })

  it.each([
    ['no props, as of a runtime that has none', undefined],
    ['empty props, as from outside', {}],
    ['props that are nothing', null],
    ['another case', { caller: 'Checkout' }],
    ['no name', { caller: 'a b' }],
    ['nothing', { caller: '' }],
    ['a line end', { caller: 'a\r\nb' }],
    ['a list', { caller: ['checkout'] }],
    ['an object', { caller: { toString: (): string => 'checkout' } }],
  ])('takes %s for nobody', (_, props) => {
    expect(readCaller({ props })).toBeUndefined()
  })
})
