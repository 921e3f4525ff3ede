import { describe, expect, it, vi } from 'vitest'
import { deadlineIn } from '../../../src/core/deadline.ts'
import type { QueuedRequest } from '../../../src/targets/queue/envelope.ts'
import { sendToQueue } from '../../../src/targets/queue/send.ts'
import { givenSent } from '../../support/given.ts'

function given(body: BodyInit | null = null, headers: Record<string, string> = {}) {
  const send = vi.fn(async (_message: QueuedRequest, _options: object) => {})
  const sent = givenSent({ attempt: { body }, outgoing: new Headers(headers) })
  const request = new Request('http://users/42?x=1', { method: 'POST' })
  const to = (over = {}, keep?: string[]) =>
    sendToQueue(
      { bindings: { JOBS: { send } } },
      request,
      { ...sent, ...over },
      { kind: 'queue', binding: 'JOBS', keep },
    )
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
    await to({ callersDeadline: deadlineIn(500, sent.clock) })
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
    const { to, sent, message } = given(null, { 'selvedge-caller': 'front', caller: 'front' })
    // What the record allows an answer to take is not for how long the job is worth doing.
    await to({ deadline: deadlineIn(15_000, sent.clock) })
    expect(message()).not.toHaveProperty('deadline')
    expect(message()).not.toHaveProperty('caller')
  })

  it('leaves behind what is a credential, and what was true of this attempt alone', async () => {
    const behind = {
      authorization: 'Bearer secret',
      'x-serverless-authorization': 'Bearer secret',
      cookie: 'session=secret',
      'cf-access-jwt-assertion': 'secret',
      'content-length': '2',
      'selvedge-attempt': '1',
      'selvedge-retry-allowance': '5',
      'selvedge-timeout-ms': '14995',
      'grpc-timeout': '14995m',
      'connect-timeout-ms': '14995',
      'grpc-previous-rpc-attempts': '1',
    }
    const rests = { 'cdn-loop': 'selvedge', 'content-type': 'application/json', 'selvedge-priority': 'sheddable' }
    const { to, message } = given('{}', { ...behind, ...rests })
    await to()
    expect(Object.fromEntries(message().data.headers)).toEqual(rests)
    expect(JSON.stringify(message())).not.toContain('secret')
  })

  it('holds a credential where the record keeps it', async () => {
    const { to, message } = given(null, { authorization: 'Bearer x', cookie: 'a=1' })
    await to({}, ['authorization'])
    expect(message().data.headers).toEqual([['authorization', 'Bearer x']])
  })

  it('has one id for every attempt of a call, and another for another call', async () => {
    const { to, send, sent } = given()
    await to({ attempt: { body: 'x', number: 1 } })
    await to({ attempt: { body: 'x', number: 2 } })
    const other = given()
    await other.to({ random: sent.random })
    const [first, second] = send.mock.calls.map(([message]) => message.id)
    expect(second).toBe(first)
    expect(sent.receipt.messageId).toBe(first)
    expect(other.message().id).not.toBe(first)
  })

  it.each([
    ['order-42', 'order-42'],
    ['"8e03978e-40d5"', '"8e03978e-40d5"'],
  ])('has the Idempotency-Key for its id: %s', async (key, id) => {
    const { to, message } = given(null, { 'idempotency-key': key })
    expect(await (await to()).json()).toEqual({ id })
    expect(message().id).toBe(id)
    expect(message().data.headers).toContainEqual(['idempotency-key', key])
  })

  it.each(['', '""', '" "'])('has an id of its own where the key is empty: %j', async (key) => {
    const { to, message } = given(null, { 'idempotency-key': key })
    await to()
    expect(message().id).toMatch(/^[0-9a-f]{32}$/)
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

describe('what is delivered by name', () => {
  function given(more: object = {}) {
    const send = vi.fn(async (_message: QueuedRequest, _options: object) => {})
    const sent = givenSent({
      attempt: { body: 'x' },
      service: { recordKey: 'services/jobs' },
      endpoint: { ...givenSent().endpoint, id: 'queue:JOBS' },
    })
    const request = new Request('http://jobs/', { method: 'POST' })
    const to = (over = {}) =>
      sendToQueue(
        { bindings: { JOBS: { send } } },
        request,
        { ...sent, ...over },
        { kind: 'queue', binding: 'JOBS', deliverTo: 'resizer', ...more },
      )
    return { send, sent, to }
  }

  it('says by which record and endpoint, which are read anew when it is delivered', async () => {
    const { send, to } = given()
    await to()
    expect(send.mock.calls[0]?.[0]).toMatchObject({ record: 'services/jobs', endpoint: 'queue:JOBS' })
    expect(JSON.stringify(send.mock.calls)).not.toContain('resizer')
  })

  it('says until when it is worth delivering', async () => {
    const { send, sent, to } = given({ delivery: { expire: '24h' } })
    await to()
    expect(send.mock.calls[0]?.[0]).toHaveProperty('expirytime', new Date(sent.clock.now() + 86_400_000).toISOString())
    const endless = given()
    await endless.to()
    expect(endless.send.mock.calls[0]?.[0]).not.toHaveProperty('expirytime')
  })

  it.each([
    ['5s', 5],
    ['1m30s', 90],
    ['1500ms', 2],
    ['0s', 0],
  ])('rests for %s at first', async (delay, delaySeconds) => {
    const { send, to } = given({ delay })
    await to()
    expect(send.mock.calls[0]?.[1]).toEqual({ contentType: 'json', delaySeconds })
  })

  it('leaves room for what a dead letter says of it', async () => {
    const { send, to } = given()
    await expect(to({ attempt: { body: 'x'.repeat(126_000) } })).rejects.toMatchObject({
      code: 'request_too_large',
      message: 'A message of this queue holds 126000 bytes at most.',
    })
    expect(send).not.toHaveBeenCalled()
  })
})
