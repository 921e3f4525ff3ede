import { describe, expect, it } from 'vitest'
import { type Entrance, readCaller } from '../../src/wire/caller.ts'

const read = (props: unknown, entrance: Entrance = 'members', headers: Record<string, string> = {}) =>
  readCaller(new Request('http://users/', { headers }), { props }, entrance)

const forged = { 'selvedge-caller': 'admin' }

describe('readCaller', () => {
  it.each(['checkout', 'checkout.shop'])('reads %s', (caller) => {
    expect(read({ caller, tenant: 'acme' })).toEqual({ name: caller, proof: 'binding' })
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
    expect(read(props).name).toBeUndefined()
  })

  it.each<[string, unknown, Entrance, string | undefined, string]>([
    ['the internet', {}, 'public', undefined, 'none'],
    ['a binding that names nobody', {}, 'members', undefined, 'member'],
    ['a binding that vouches for nothing', { vouches: 'true' }, 'members', undefined, 'member'],
    ['a binding that names its caller', { caller: 'checkout' }, 'members', 'checkout', 'binding'],
    [
      'a binding that names its caller and vouches',
      { caller: 'checkout', vouches: true },
      'members',
      'checkout',
      'binding',
    ],
    ['a binding of a mesh', { vouches: true }, 'members', 'admin', 'vouched'],
    ['a binding of a mesh to a public entrance', { vouches: true }, 'public', 'admin', 'vouched'],
    ['an entrance that only the mesh knows', undefined, 'trusted', 'admin', 'vouched'],
  ])('of %s with a forged header', (_, props, entrance, name, proof) => {
    expect(read(props, entrance, forged)).toEqual({ name, proof })
  })

  it.each(['Admin', 'a b', 'a, b', ''])('takes no "%s" on the word of a mesh', (said) => {
    expect(read({ vouches: true }, 'members', { 'selvedge-caller': said })).toEqual({
      name: undefined,
      proof: 'member',
    })
  })
})
