import { describe, expect, it, vi } from 'vitest'
import { MeshError } from '../../src/core/errors.ts'
import { bound, canDo } from '../../src/targets/bindings.ts'

const callee = () => ({ fetch: vi.fn(async () => new Response('hello')) })

describe('bound', () => {
  it('gives the binding of that name', () => {
    const USERS = callee()
    expect(bound({ USERS }, 'USERS', ['fetch'], 'service binding')).toBe(USERS)
  })

  it('says which binding is missing', () => {
    expect(() => bound({ ORDERS: callee() }, 'USERS', ['fetch'], 'service binding')).toThrow(
      new MeshError('no_endpoint', 'This Worker has no service binding "USERS".'),
    )
  })
})

describe('canDo', () => {
  it.each([
    ['USERS', true],
    ['ORDERS', false],
    ['TOKEN', false],
    ['NOTHING', false],
    ['STORE', false],
    ['HANDLER', false],
    ['toString', false],
    ['__proto__', false],
  ])('%s can be fetched from: %s', (name, expected) => {
    const bindings = { USERS: callee(), TOKEN: 'secret', NOTHING: null, STORE: { get() {} }, HANDLER: () => {} }
    expect(canDo(bindings, name, ['fetch'])).toBe(expected)
  })
})
