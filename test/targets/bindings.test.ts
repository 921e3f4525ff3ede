import { describe, expect, it, vi } from 'vitest'
import { MeshError } from '../../src/core/errors.ts'
import { absent, bound } from '../../src/targets/bindings.ts'

const SERVICE = { what: 'service binding', methods: ['fetch'] }
const callee = () => ({ fetch: vi.fn(async () => new Response('hello')) })

describe('bound', () => {
  it('gives the binding of that name', () => {
    const USERS = callee()
    expect(bound({ USERS }, 'USERS', SERVICE)).toBe(USERS)
  })

  it('says which binding is missing', () => {
    expect(() => bound({ ORDERS: callee() }, 'USERS', SERVICE)).toThrow(
      new MeshError('no_endpoint', 'This Worker has no service binding "USERS".'),
    )
  })
})

describe('absent', () => {
  it.each([
    ['USERS', true],
    ['ORDERS', false],
    ['TOKEN', false],
    ['NOTHING', false],
    ['STORE', false],
    ['HANDLER', false],
    ['toString', false],
    ['__proto__', false],
  ])('says nothing of %s: %s', (name, expected) => {
    const bindings = { USERS: callee(), TOKEN: 'secret', NOTHING: null, STORE: { get() {} }, HANDLER: () => {} }
    expect(absent(bindings, name, SERVICE)).toBe(expected ? undefined : `This Worker has no service binding "${name}".`)
  })
})
