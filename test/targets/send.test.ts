import { describe, expect, it, vi } from 'vitest'
import { cancellation } from '../../src/core/engine/cancellation.ts'
import { MeshError } from '../../src/core/errors.ts'
import { givenBinding, givenEndpoint, givenNetwork, givenSent } from '../support/given.ts'

const request = new Request('http://users/42?x=1')
const post = new Request('http://users/42?x=1', { method: 'POST', body: 'hello' })

/** The platform's fetch, with these answers. */
function roads(fetch: (url: string, init: RequestInit) => Promise<Response> = async () => new Response('ok')) {
  const spy = vi.fn(fetch)
  return {
    spy,
    send: givenNetwork({ fetch: spy as unknown as typeof globalThis.fetch, bindings: { USERS: { fetch: spy } } }),
  }
}

const binding = givenBinding('USERS')

describe('send', () => {
  it.each([
    ['an address', givenEndpoint('https://users.example.com/v1'), 'https://users.example.com/v1/42?x=1'],
    ['a binding', binding, 'http://users/42?x=1'],
  ])('sends to %s, with the headers that are given and the signal of the attempt', async (_, endpoint, url) => {
    const { spy, send } = roads()
    const sent = givenSent({ endpoint })
    const response = await send(request, sent)
    expect(await response.text()).toBe('ok')
    expect(spy).toHaveBeenCalledExactlyOnceWith(url, {
      method: 'GET',
      headers: sent.outgoing,
      signal: sent.work.signal,
      redirect: 'manual',
    })
  })

  it('sends the body of the attempt, not that of the request', async () => {
    const { spy, send } = roads()
    const body = new TextEncoder().encode('again')
    await send(post, givenSent({ attempt: { body } }))
    expect(spy.mock.calls[0]?.[1]).toMatchObject({ method: 'POST', body })
    expect(post.bodyUsed).toBe(false)
  })

  it.each([200, 302, 404, 503])('hands on an answer of %i as it came', async (status) => {
    const answer = new Response(null, { status, headers: { location: 'https://elsewhere.example.com/' } })
    expect(await roads(async () => answer).send(request, givenSent())).toBe(answer)
  })

  it.each([
    ['a connection that is lost', new Error('Network connection lost.'), 'Network connection lost.'],
    ["a failure of Node's fetch", new TypeError('fetch failed', { cause: new Error('ECONNREFUSED') }), 'fetch failed'],
    [
      'a slip of the callee',
      Object.assign(new TypeError('x is not a function'), { remote: true }),
      'x is not a function',
    ],
    ['something that is no error', 'refused', 'refused'],
  ])('calls %s an endpoint that did not answer', async (_, thrown, told) => {
    const failing = roads(() => Promise.reject(thrown as Error)).send(request, givenSent())
    await expect(failing).rejects.toBeInstanceOf(MeshError)
    await expect(failing).rejects.toMatchObject({
      code: 'endpoint_unreachable',
      message: `Endpoint https://users.example.com did not answer: ${told}`,
    })
  })

  it('keeps the cause of a failure', async () => {
    const cause = new Error('Network connection lost.')
    await expect(roads(() => Promise.reject(cause)).send(request, givenSent())).rejects.toMatchObject({ cause })
  })

  it('calls what cannot be sent at all its own fault: it will not be better the next time', async () => {
    const failing = roads(() => Promise.reject(new TypeError('Invalid header value.'))).send(request, givenSent())
    await expect(failing).rejects.toMatchObject({
      code: 'internal',
      message: expect.stringContaining('Invalid header'),
    })
  })

  it.each(['url', 'binding'] as const)('hears a %s that throws instead of rejecting', async (kind) => {
    const { send } = roads(() => {
      throw new Error('Network connection lost.')
    })
    const endpoint = kind === 'url' ? givenEndpoint() : binding
    await expect(send(request, givenSent({ endpoint }))).rejects.toMatchObject({ code: 'endpoint_unreachable' })
  })

  it('says which binding is missing', async () => {
    const endpoint = givenBinding('ORDERS')
    await expect(roads().send(request, givenSent({ endpoint }))).rejects.toMatchObject({ code: 'no_endpoint' })
  })

  it('sends without a signal where the platform needs none', async () => {
    const { spy, send } = roads()
    await send(request, givenSent({ work: cancellation(false) }))
    expect(spy.mock.calls[0]?.[1]).not.toHaveProperty('signal')
  })

  it.each([
    ['our own deadline', new MeshError('attempt_timed_out', 'No answer came.')],
    ['the abort of the caller', new DOMException('The user left.', 'AbortError')],
    ['a time limit of the caller', new DOMException('The operation timed out.', 'TimeoutError')],
    ['a word of the caller', 'enough'],
  ])('throws %s as it is, whatever the network says of work that was called off', async (_, reason) => {
    const work = cancellation(true)
    const { send } = roads(async () => {
      work.cancel(reason)
      throw new Error('Network connection lost.')
    })
    await expect(send(request, givenSent({ work }))).rejects.toBe(reason)
  })
})
