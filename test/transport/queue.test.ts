import { describe, expect, it, vi } from 'vitest'
import { deadlineIn } from '../../src/core/deadline.ts'
import { type QueuedRequest, sendToQueue } from '../../src/transport/queue.ts'
import { givenSent } from '../support/given.ts'

function given(body: BodyInit | null = null, headers: Record<string, string> = {}) {
  const send = vi.fn(async (_message: QueuedRequest, _options: object) => {})
  const sent = givenSent({ attempt: { body }, outgoing: new Headers(headers) })
  const request = new Request('http://users/42?x=1', { method: 'POST' })
  const to = (over = {}) =>
    sendToQueue({ JOBS: { send } }, request, { ...sent, ...over }, { kind: 'queue', binding: 'JOBS' })
  return { send, sent, to, message: () => send.mock.calls[0]?.[0] as QueuedRequest }
}

describe('sendToQueue', () => {
  it('accepts, and says under which id', async () => {
    const { to, message } = given()
    const answer = await to()
    expect(answer.status).toBe(202)
    expect(await answer.json()).toEqual({ id: message().id })
    expect(message().id).toMatch(/^[0-9a-f]{32}$/)
  })

  it('sends a CloudEvent with the request, its deadline and its trace', async () => {
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
    const headers = { 'content-type': 'application/json', traceparent, tracestate: 'a=1', 'selvedge-timeout-ms': '500' }
    const { to, send, sent, message } = given('{"a":1}', headers)
    await to({ deadline: deadlineIn(500, sent.clock) })
    expect(send.mock.calls[0]?.[1]).toEqual({ contentType: 'json' })
    expect(message()).toMatchObject({
      specversion: '1.0',
      type: 'selvedge.request',
      subject: 'users',
      time: new Date(sent.clock.now()).toISOString(),
      deadline: new Date(sent.clock.now() + 500).toISOString(),
      traceparent,
      tracestate: 'a=1',
      data: { method: 'POST', path: '/42?x=1', body: '{"a":1}', isBase64Encoded: false },
    })
    expect(message().data.headers).toContainEqual(['content-type', 'application/json'])
    expect(message().data.headers.map(([name]) => name)).not.toContain('selvedge-timeout-ms')
    // CloudEvents 1.0: names of attributes are lower case letters and digits.
    for (const name of Object.keys(message())) expect(name).toMatch(/^[a-z0-9]+$/)
  })

  it('says nothing of a deadline that there is not, nor of a caller that nobody knows', async () => {
    const { to, message } = given(null, { 'selvedge-caller': 'front', caller: 'front' })
    await to()
    expect(message()).not.toHaveProperty('deadline')
    expect(message()).not.toHaveProperty('caller')
  })

  it('says who called, where that is known', async () => {
    const { to, message } = given()
    await to({ caller: 'checkout' })
    expect(message()).toMatchObject({ caller: 'checkout' })
  })

  it('holds bytes in base64', async () => {
    const { to, message } = given(Uint8Array.of(0, 255, 128))
    await to()
    expect(message().data).toMatchObject({ body: 'AP+A', isBase64Encoded: true })
  })

  it.each([
    ['a body', 200_000],
    ['a body with its envelope', 127_990],
  ])('refuses %s that no message holds', async (_, bytes) => {
    const { to, send } = given('x'.repeat(bytes), { 'content-type': 'text/plain' })
    await expect(to()).rejects.toMatchObject({ code: 'request_too_large' })
    expect(send).not.toHaveBeenCalled()
  })
})
