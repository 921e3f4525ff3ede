import { describe, expect, it, vi } from 'vitest'
import { MeshError } from '../../src/core/errors.ts'
import { hasBinding, sendToBinding } from '../../src/transport/binding.ts'

const callee = () => ({ fetch: vi.fn(async (_url: string, _init: RequestInit) => new Response('hello')) })

describe('sendToBinding', () => {
  it('calls the binding by the name that was called', async () => {
    const USERS = callee()
    const init = { method: 'GET' }
    const response = await sendToBinding({ USERS }, 'USERS', init, { name: 'users.shop', path: '/42?x=1' })
    expect(await response.text()).toBe('hello')
    expect(USERS.fetch).toHaveBeenCalledExactlyOnceWith('http://users.shop/42?x=1', init)
  })

  it('calls fetch as a method of the binding', async () => {
    const USERS = {
      greeting: 'hello',
      async fetch() {
        return new Response(this.greeting)
      },
    }
    const response = await sendToBinding({ USERS }, 'USERS', {}, { name: 'users', path: '/' })
    expect(await response.text()).toBe('hello')
  })

  it('says which binding is missing', () => {
    const call = () => sendToBinding({ ORDERS: callee() }, 'USERS', {}, { name: 'users', path: '/' })
    expect(call).toThrow(new MeshError('no_endpoint', 'This Worker has no service binding "USERS".'))
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
