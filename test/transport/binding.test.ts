import { describe, expect, it, vi } from 'vitest'
import { MeshError } from '../../src/core/errors.ts'
import { calleeOf, hasBinding } from '../../src/transport/binding.ts'

const callee = () => ({ fetch: vi.fn(async () => new Response('hello')) })

describe('calleeOf', () => {
  it('gives the binding of that name', () => {
    const USERS = callee()
    expect(calleeOf({ USERS }, 'USERS')).toBe(USERS)
  })

  it('says which binding is missing', () => {
    expect(() => calleeOf({ ORDERS: callee() }, 'USERS')).toThrow(
      new MeshError('no_endpoint', 'This Worker has no service binding "USERS".'),
    )
  })
})

describe('hasBinding', () => {
  it.each([
    ['USERS', true],
    ['ORDERS', false],
    ['TOKEN', false],
    ['NOTHING', false],
    ['STORE', false],
    ['HANDLER', false],
    ['toString', false],
    ['__proto__', false],
  ])('%s: %s', (name, expected) => {
    const bindings = { USERS: callee(), TOKEN: 'secret', NOTHING: null, STORE: { get() {} }, HANDLER: () => {} }
    expect(hasBinding(bindings, name)).toBe(expected)
  })
})
