import { describe, expect, it, vi } from 'vitest'
import { virtualClock } from '../../../src/core/time/virtual-clock.ts'
import { type AwsCall, signedFetch } from '../../../src/targets/aws/sigv4.ts'
import { givenPlace, givenSent, givenSubrequests } from '../../support/given.ts'
import { KEYS } from '../../support/lambda-fake.ts'

/** AWS's test suite is of this instant, with these keys. */
const SUITE_AT = Date.UTC(2015, 7, 30, 12, 36, 0)
const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

function given(answers: ((request: Request) => Response)[] = [() => new Response('ok')], bindings: object = KEYS) {
  const clock = virtualClock({ startAt: SUITE_AT })
  const requests: Request[] = []
  const fetch = vi.fn(async (url: string, init: RequestInit) => {
    const request = new Request(url, init)
    requests.push(request)
    return (answers[Math.min(requests.length, answers.length) - 1] as (request: Request) => Response)(request)
  })
  const fetchSigned = signedFetch({ fetch: fetch as unknown as typeof globalThis.fetch, bindings: { ...bindings } })
  const send = (call: Partial<AwsCall> = {}, over = {}) =>
    fetchSigned(
      {
        method: 'GET',
        url: 'https://example.amazonaws.com/',
        headers: new Headers(),
        body: new Uint8Array(),
        service: 'service',
        region: 'us-east-1',
        secret: 'AWS',
        ...call,
      },
      givenSent({ clock, ...over }),
    )
  return { clock, requests, send }
}

const refusal = (word: string, date?: number) => () =>
  new Response('{}', {
    status: 403,
    headers: { 'x-amzn-errortype': word, date: new Date(date ?? SUITE_AT).toUTCString() },
  })

describe('signedFetch', () => {
  // AWS's published test suite for Signature Version 4.
  it.each([
    ['get-vanilla', 'GET', '/', '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31'],
    [
      'get-vanilla-query-order-key-case',
      'GET',
      '/?Param2=value2&Param1=value1',
      'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
    ],
    ['post-vanilla', 'POST', '/', '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b'],
  ])("signs as in AWS's %s", async (_, method, path, signature) => {
    const { send, requests } = given()
    await send({ method, url: `https://example.amazonaws.com${path}` })
    expect(requests[0]?.headers.get('authorization')).toBe(
      `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=${signature}`,
    )
  })

  it('signs nothing of the application, so that what is changed on the way does not undo it', async () => {
    const { send, requests } = given()
    await send({
      headers: new Headers({ 'cdn-loop': 'selvedge', 'x-one': '1', authorization: 'Bearer x', 'x-amz-date': 'never' }),
    })
    const { headers } = requests[0] as Request
    expect(headers.get('authorization')).toContain('SignedHeaders=host;x-amz-date, ')
    expect(headers.get('x-amz-date')).toBe('20150830T123600Z')
    expect(headers.get('x-one')).toBe('1')
  })

  it('signs with a session token where there is one', async () => {
    const { send, requests } = given(undefined, { ...KEYS, AWS_SESSION_TOKEN: 'token' })
    await send()
    expect(requests[0]?.headers.get('x-amz-security-token')).toBe('token')
    expect(requests[0]?.headers.get('authorization')).toContain('SignedHeaders=host;x-amz-date;x-amz-security-token')
  })

  it('corrects its clock once, and keeps to it', async () => {
    const ahead = 20 * MINUTE_MS
    const { send, requests } = given([refusal('InvalidSignatureException', SUITE_AT + ahead), () => new Response('ok')])
    expect((await send()).status).toBe(200)
    await send()
    expect(requests.map(({ headers }) => headers.get('x-amz-date'))).toEqual([
      '20150830T123600Z',
      '20150830T125600Z',
      '20150830T125600Z',
    ])
  })

  it('keeps what it learned of a clock to the host and the secret that it learned it of', async () => {
    const ahead = 20 * MINUTE_MS
    const { send, requests } = given(
      [refusal('InvalidSignatureException', SUITE_AT + ahead), () => new Response('ok')],
      {
        ...KEYS,
        OTHER_ACCESS_KEY_ID: KEYS.AWS_ACCESS_KEY_ID,
        OTHER_SECRET_ACCESS_KEY: KEYS.AWS_SECRET_ACCESS_KEY,
      },
    )
    await send()
    await send({ url: 'https://other.amazonaws.com/' })
    await send({ secret: 'OTHER' })
    await send({ url: 'https://example.amazonaws.com/elsewhere?x=1' })
    expect(requests.slice(1).map(({ headers }) => headers.get('x-amz-date')?.slice(9))).toEqual([
      '125600Z',
      '123600Z',
      '123600Z',
      '125600Z',
    ])
  })

  it.each([
    ['more than a day off', new Date(SUITE_AT + 25 * HOUR_MS).toUTCString()],
    ['out of all range', '+275760-09-13T00:00:00.000Z'],
    ['before all time', '-271821-04-20T00:00:00.000Z'],
    ['no date', 'soon'],
  ])('learns nothing of a clock that is %s, and goes on signing', async (_, date) => {
    const lie = () =>
      new Response('{}', { status: 403, headers: { 'x-amzn-errortype': 'InvalidSignatureException', date } })
    const { send, requests } = given([lie, () => new Response('ok')])
    await expect(send()).rejects.toMatchObject({ code: 'credential_failed' })
    expect((await send()).status).toBe(200)
    expect(requests.map(({ headers }) => headers.get('x-amz-date'))).toEqual(['20150830T123600Z', '20150830T123600Z'])
  })

  it.each([
    ['without a word of AWS', {}],
    ['with another of its words', { 'x-amzn-errortype': 'AccessDeniedException' }],
    ['with an expired token', { 'x-amzn-errortype': 'ExpiredTokenException' }],
    ['of an unknown path', { 'x-amzn-errortype': 'MissingAuthenticationTokenException' }],
  ])('learns nothing of the clock from a 403 %s', async (_, headers) => {
    const date = new Date(SUITE_AT + HOUR_MS).toUTCString()
    const said = { ...headers, date } as Record<string, string>
    const { send, requests } = given([
      () => new Response('{}', { status: 403, headers: said }),
      () => new Response('ok'),
    ])
    await send().catch(() => {})
    await send()
    expect(requests.map(({ headers }) => headers.get('x-amz-date'))).toEqual(['20150830T123600Z', '20150830T123600Z'])
  })

  it.each(['MissingAuthenticationToken', 'MissingAuthenticationTokenException'])(
    'hands on the 403 with which API Gateway answers an unknown path: %s',
    async (word) => {
      const body = '{"message":"Missing Authentication Token"}'
      const headers = { 'x-amzn-errortype': word, 'x-amzn-requestid': '1' }
      const { send, requests } = given([() => new Response(body, { status: 403, headers })])
      const answer = await send()
      expect([answer.status, await answer.text(), requests.length]).toEqual([403, body, 1])
    },
  )

  it('does not send a second time where the clocks agree, nor a third time where they do not', async () => {
    const agreeing = given([refusal('InvalidSignatureException')])
    await expect(agreeing.send()).rejects.toMatchObject({ code: 'credential_failed', verdict: 'go' })
    expect(agreeing.requests).toHaveLength(1)
    const drifting = given(
      [1, 2, 3].map((hours) => refusal('InvalidSignatureException', SUITE_AT + hours * 60 * MINUTE_MS)),
    )
    await expect(drifting.send()).rejects.toMatchObject({ code: 'credential_failed' })
    expect(drifting.requests).toHaveLength(2)
  })

  it('counts the second time, and does without where no subrequest is left', async () => {
    const { send, requests } = given([refusal('RequestExpired', SUITE_AT), refusal('ExpiredTokenException', 0)])
    const subrequests = givenSubrequests()
    subrequests.take(subrequests.left)
    expect((await send()).status).toBe(403)
    await expect(send({}, { subrequests })).rejects.toMatchObject({ code: 'credential_failed' })
    expect(requests).toHaveLength(2)
  })

  it.each(['AccessDenied', 'AccessDeniedException'])(
    'hands on the 403 of an address whose path IAM does not allow, as often as it is asked: %s',
    async (word) => {
      const { send, requests } = given([refusal(word)])
      for (let time = 1; time <= 3; time++) expect((await send()).status).toBe(403)
      expect(requests).toHaveLength(3)
    },
  )

  it("takes the same of Lambda's API for credentials that are refused", async () => {
    const named = { function: 'users', region: 'us-east-1', secret: 'AWS', qualifier: undefined }
    const endpoint = givenPlace({ kind: 'lambda', ...named, invocation: 'request', endpointUrl: undefined })
    await expect(given([refusal('AccessDeniedException')]).send({}, { endpoint })).rejects.toMatchObject({
      code: 'credential_failed',
      message: expect.stringContaining('secret "AWS"'),
    })
  })

  it.each(['InvalidSignatureException', 'UnrecognizedClientException', 'ExpiredTokenException:http://x'])(
    'says which secret it was that met %s',
    async (word) => {
      await expect(given([refusal(word)]).send()).rejects.toMatchObject({
        code: 'credential_failed',
        message: expect.stringContaining('secret "AWS"'),
      })
    },
  )

  it("hands on a function's own 403", async () => {
    const { send } = given([() => new Response('no', { status: 403 })])
    expect(await (await send()).text()).toBe('no')
  })

  it.each([
    [{ AWS_ACCESS_KEY_ID: undefined }, '"AWS_ACCESS_KEY_ID" is not set'],
    [{ AWS_SECRET_ACCESS_KEY: '  ' }, '"AWS_SECRET_ACCESS_KEY" is not set'],
    [{ AWS_ACCESS_KEY_ID: 'AKID\nX: y' }, '"AWS_ACCESS_KEY_ID" is no access key id'],
    [{ AWS_SESSION_TOKEN: 'a\u0000b' }, '"AWS_SESSION_TOKEN" is no session token'],
  ])('sends nothing with %j', async (broken, said) => {
    const { send, requests } = given(undefined, { ...KEYS, ...broken })
    await expect(send()).rejects.toMatchObject({ code: 'credential_failed', message: expect.stringContaining(said) })
    expect(requests).toEqual([])
  })

  it('takes a secret without the line end of the shell that set it', async () => {
    const { send, requests } = given(undefined, { ...KEYS, AWS_SECRET_ACCESS_KEY: `${KEYS.AWS_SECRET_ACCESS_KEY}\n` })
    await send()
    expect(requests[0]?.headers.get('authorization')).toContain('5fa00fa31553')
  })

  it.each(['s3', 'lambda', 'execute-api'])('of %s sends every header that it has signed', async (service) => {
    const { requests, send } = given()
    await send({ service, method: 'PUT', body: Uint8Array.of(120) })
    const { headers } = requests[0] as Request
    const [, signed = ''] = /SignedHeaders=([^,]+)/.exec(headers.get('authorization') ?? '') ?? []
    const names = signed.split(';').filter((name) => name !== 'host')
    expect(names).toContain('x-amz-date')
    expect(names.includes('x-amz-content-sha256')).toBe(service === 's3')
    expect(names.filter((name) => headers.get(name) === null)).toEqual([])
  })
})
