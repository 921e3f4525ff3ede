import { describe, expect, it, vi } from 'vitest'
import type { ObjectKey } from '../../../src/targets/object/schema.ts'
import { sendToObject } from '../../../src/targets/object/send.ts'
import { givenSent } from '../../support/given.ts'

function given(key: ObjectKey, path = '/rooms/a%2Fb/x?room=blue&room=red', fetch = async () => new Response('ok')) {
  const idFromName = vi.fn((name: string) => name)
  const ROOMS = { idFromName, get: () => ({ fetch }) }
  const sent = givenSent({ path, outgoing: new Headers({ 'x-room': 'green' }) })
  const answer = sendToObject({ bindings: { ROOMS } }, new Request(`http://rooms${path}`), sent, {
    kind: 'object',
    binding: 'ROOMS',
    key,
  })
  return { idFromName, answer }
}

describe('sendToObject', () => {
  it.each([
    [{ from: 'name', name: 'lobby' }, 'lobby'],
    [{ from: 'header', name: 'X-Room' }, 'green'],
    [{ from: 'query', name: 'room' }, 'blue'],
    [{ from: 'path', segment: 1 }, 'rooms'],
    [{ from: 'path', segment: 2 }, 'a/b'],
  ] as const)('finds the object by %j: %s', async (key, name) => {
    const { idFromName, answer } = given(key)
    await answer
    expect(idFromName).toHaveBeenCalledExactlyOnceWith(name)
  })

  it('takes a segment that cannot be decoded as it is', async () => {
    const { idFromName, answer } = given({ from: 'path', segment: 1 }, '/%zz')
    await answer
    expect(idFromName).toHaveBeenCalledWith('%zz')
  })

  it.each([
    [{ from: 'header', name: 'x-other' }, 'header "x-other"'],
    [{ from: 'query', name: 'other' }, 'query "other"'],
    [{ from: 'path', segment: 9 }, 'segment 9 of the path'],
    [{ from: 'path', segment: 1 }, 'segment 1 of the path', '/'],
  ] as const)('says what is missing where %j names none', async (key, what, path: string = '/rooms') => {
    await expect(given(key, path).answer).rejects.toMatchObject({
      code: 'object_not_named',
      message: expect.stringContaining(what),
    })
  })

  it('asks for no other attempt: the platform has made its own', async () => {
    const failing = () => Promise.reject(Object.assign(new Error('reset'), { durableObjectReset: true }))
    await expect(given({ from: 'name', name: 'a' }, '/', failing).answer).rejects.toMatchObject({
      code: 'endpoint_unreachable',
      verdict: 'stop',
    })
  })
})
