import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { cloud } from '../../../src/cloud.ts'
import type { LambdaTarget } from '../../../src/targets/aws/schema.ts'
import { failureOf } from '../../support/call.ts'
import { givenNetwork, givenPlace, givenSent } from '../../support/given.ts'
import { frame, KEYS, type LambdaFake, REGION, startLambda } from '../../support/lambda-fake.ts'

describe('a Lambda endpoint', () => {
  let fake: LambdaFake
  beforeAll(async () => {
    fake = await startLambda()
  })
  afterAll(() => fake?.close())
  beforeEach(() => {
    fake.functions = { users: () => ({ statusCode: 200, body: 'ok' }) }
    fake.streaming = {}
    fake.override = undefined
  })

  const transport = givenNetwork({ fetch, bindings: KEYS, cloud })

  function call(
    over: Partial<LambdaTarget> = {},
    { init = {}, sent = {} }: { init?: RequestInit; sent?: object } = {},
  ) {
    const target: LambdaTarget = {
      kind: 'lambda',
      function: 'users',
      region: REGION,
      secret: 'AWS',
      qualifier: undefined,
      invocation: 'request',
      endpointUrl: fake.url,
      ...over,
    }
    const request = new Request('http://users/42?x=1', init)
    const given = givenSent({ attempt: { body: request.body }, outgoing: request.headers, ...sent })
    fake.now = given.clock.now
    return transport(request, { ...given, endpoint: givenPlace(target) })
  }

  const giving = (result: unknown) => {
    fake.functions.users = () => result
  }
  const last = () => fake.invocations.at(-1)

  it('gives the function an event of payload format 2.0', async () => {
    const headers = {
      cookie: 'a=1; b=2',
      'user-agent': 'curl/8',
      'cf-connecting-ip': '192.0.2.7',
      'content-type': 'application/json',
      baggage: 'a=1,selvedge-override=abc',
    }
    await call(
      {},
      { init: { method: 'POST', body: '{"a":1}', headers }, sent: { path: '/a%20b?x=1&x=2&__proto__=3&y' } },
    )
    const { event } = last() as { event: Record<string, unknown> }
    expect(event).toMatchObject({
      version: '2.0',
      routeKey: '$default',
      rawPath: '/a%20b',
      rawQueryString: 'x=1&x=2&__proto__=3&y',
      cookies: ['a=1', 'b=2'],
      headers: {
        host: 'users',
        'user-agent': 'curl/8',
        'content-type': 'application/json',
        baggage: 'a=1,selvedge-override=abc',
      },
      requestContext: {
        domainName: 'users',
        http: { method: 'POST', path: '/a%20b', protocol: 'HTTP/1.1', sourceIp: '192.0.2.7', userAgent: 'curl/8' },
        stage: '$default',
        time: '01/Jan/1970:00:16:40 +0000',
        timeEpoch: 1_000_000,
      },
      body: '{"a":1}',
      isBase64Encoded: false,
    })
    expect(Object.entries(event.queryStringParameters as object)).toEqual([
      ['x', '1,2'],
      ['__proto__', '3'],
      ['y', ''],
    ])
    expect(event.headers).not.toHaveProperty('cookie')
  })

  it.each([
    ['bytes', Uint8Array.of(0, 200), 'application/octet-stream', 'AMg='],
    ['text that is none', Uint8Array.of(200), 'text/plain', 'yA=='],
  ])('gives %s in base64', async (_, body, type, text) => {
    await call({}, { init: { method: 'POST', body, headers: { 'content-type': type } } })
    expect(last()?.event).toMatchObject({ body: text, isBase64Encoded: true })
  })

  it.each([
    ['the content alone', { a: 1 }, 200, '{"a":1}', 'application/json'],
    ['a text alone', 'hello', 200, 'hello', 'application/json'],
    ['nothing', null, 200, 'null', 'application/json'],
    ['a status alone', { statusCode: 201 }, 201, '', null],
    ['a status as a text', { statusCode: '418', body: 'short' }, 418, 'short', 'text/plain;charset=UTF-8'],
    ['an empty answer', { statusCode: 204, body: 'ignored' }, 204, '', null],
  ])('makes a response of %s', async (_, result, status, text, type) => {
    giving(result)
    const answer = await call()
    expect([answer.status, await answer.text(), answer.headers.get('content-type')]).toEqual([status, text, type])
  })

  it('takes headers of several values, and cookies', async () => {
    giving({
      statusCode: 200,
      headers: { 'x-one': 'lost', 'x-two': 2, 'x-none': null, 'content-length': '999' },
      multiValueHeaders: { 'x-one': ['a', 'b'], 'set-cookie': ['c=1'] },
      cookies: ['d=2'],
      body: 'ok',
    })
    const { headers } = await call()
    expect(headers.get('x-one')).toBe('a, b')
    expect(headers.get('x-two')).toBe('2')
    expect(headers.has('x-none')).toBe(false)
    expect(headers.has('content-length')).toBe(false)
    expect(headers.getSetCookie()).toEqual(['c=1', 'd=2'])
  })

  it.each([
    ['no JSON', () => '<html>', 'not JSON: "<html>"'],
    ['status 999', { statusCode: 999 }, 'statusCode is 999'],
    ['status 101', { statusCode: 101 }, 'statusCode is 101'],
    ['a status of words', { statusCode: 'fine' }, 'statusCode is "fine"'],
    ['a status in a list', { statusCode: [200] }, 'statusCode is [200]'],
    ['yes for a status', { statusCode: true }, 'statusCode is true'],
    ['a status of lists in lists', () => `{"statusCode":${'['.repeat(9e5)}${']'.repeat(9e5)}}`, 'statusCode is a list'],
    [
      'a header of several values with a space',
      { statusCode: 200, multiValueHeaders: { 'x a': ['b'] } },
      'header "x a"',
    ],
    ['a header with a newline', { statusCode: 200, headers: { 'x-a': 'b\nset-cookie: c=1' } }, 'header "x-a"'],
    ['a header name with a space', { statusCode: 200, headers: { 'x a': 'b' } }, 'header "x a"'],
    ['a header of an object', { statusCode: 200, headers: { 'x-a': {} } }, 'header "x-a" is a object'],
    ['headers in a list', { statusCode: 200, headers: ['x-a'] }, 'headers are a list'],
    ['cookies in a text', { statusCode: 200, cookies: 'a=1' }, 'cookies are a string'],
    ['a body of an object', { statusCode: 200, body: {} }, 'body is a object'],
    ['base64 that is none', { statusCode: 200, body: '%%%', isBase64Encoded: true }, 'base64'],
    ['7 MB', { statusCode: 200, body: 'x'.repeat(7_000_000) }, 'larger than'],
  ])('calls %s a function that failed, and says why', async (_, result, said) => {
    giving(result)
    await expect(call()).rejects.toMatchObject({ code: 'function_failed', message: expect.stringContaining(said) })
  })

  it('tells what the function itself threw', async () => {
    fake.functions.users = () => {
      throw new RangeError('It broke.')
    }
    await expect(call()).rejects.toMatchObject({
      code: 'function_failed',
      message: 'The function failed: "RangeError: It broke.".',
    })
  })

  it('calls version or alias, by a name or an ARN', async () => {
    await call({ qualifier: 'live' })
    expect(last()).toMatchObject({ function: 'users', qualifier: 'live' })
    const arn = 'arn:aws:lambda:eu-west-1:123456789012:function:users:7'
    await call({ function: arn })
    expect(last()).toMatchObject({ function: arn, qualifier: null })
  })

  it('does not wait for a function that is called as an event', async () => {
    const answer = await call({ invocation: 'event' })
    expect([answer.status, await answer.text()]).toEqual([202, ''])
    expect(last()?.type).toBe('Event')
  })

  it('hands on that Lambda is throttled: nothing was run, so any method may be sent again', async () => {
    fake.override = (_, response) =>
      response
        .writeHead(429, { 'x-amzn-errortype': 'TooManyRequestsException', 'retry-after': '3' })
        .end('{"Reason":"ReservedFunctionConcurrentInvocationLimitExceeded"}')
    expect(await failureOf(call())).toMatchObject({ code: 'overloaded', retryAfterMs: 3000, verdict: 'go' })
  })

  it.each(['soon', '-1', '1.5', ''])('takes no Retry-After of %j for a wait', async (said) => {
    fake.override = (_, response) => response.writeHead(429, { 'retry-after': said }).end()
    expect(await failureOf(call())).toMatchObject({ code: 'overloaded', retryAfterMs: undefined })
  })

  it.each([
    [404, 'ResourceNotFoundException', 'backend_not_found', 'Lambda has no function "users:live" in eu-west-1.'],
    [403, 'AccessDeniedException', 'credential_failed', 'secret "AWS": AccessDeniedException'],
    [413, 'RequestEntityTooLargeException', 'request_too_large', '6 MB'],
    [500, 'ServiceException', 'endpoint_unreachable', '500, ServiceException'],
    [502, 'EC2UnexpectedException', 'endpoint_unreachable', '502, EC2UnexpectedException'],
    [409, 'ResourceConflictException', 'function_failed', '409, ResourceConflictException'],
    [302, '', 'function_failed', '302, no reason'],
  ])('makes of %i %s: %s', async (status, type, code, said) => {
    fake.override = (_, response) => response.writeHead(status, type ? { 'x-amzn-errortype': type } : {}).end('{}')
    const name = 'arn:aws:lambda:eu-west-1:123456789012:function:users:live'
    const error = await call({ function: name }).catch((error: Error) => error)
    expect(error).toMatchObject({ code, message: expect.stringContaining(said) })
    // An account's number is nobody else's business.
    expect((error as Error).message).not.toContain('123456789012')
  })

  it('says that the region is not that of the function, as far as AWS says it', async () => {
    await expect(call({ region: 'us-east-1' })).rejects.toMatchObject({
      code: 'credential_failed',
      message: 'AWS refused the credentials of secret "AWS": InvalidSignatureException.',
    })
  })

  it('refuses a body that no function takes, without sending it', async () => {
    const before = fake.invocations.length
    const init = { method: 'POST', body: new Uint8Array(6_300_000) }
    await expect(call({}, { init })).rejects.toMatchObject({ code: 'request_too_large' })
    expect(fake.invocations.length).toBe(before)
  })

  describe('that streams', () => {
    const answering = (...chunks: (string | Uint8Array)[]) => {
      fake.streaming.users = async function* () {
        yield* chunks
      }
    }
    const zeros = new Uint8Array(8)

    it.each([
      ['in one piece', ['{"statusCode":201,"headers":{"x-a":"b"}}\0\0\0\0\0\0\0\0hello']],
      ['in several', ['{"statusCode":201,"headers":{"x-a":"b"}}', zeros, 'hel', 'lo']],
      [
        'with its zeros apart',
        ['{"statusCode":201,"headers":{"x-a":"b"}}', zeros.subarray(3), zeros.subarray(5), 'hello'],
      ],
    ])('takes status and headers %s', async (_, chunks) => {
      answering(...chunks)
      const answer = await call({ invocation: 'stream' })
      expect([answer.status, answer.headers.get('x-a'), await answer.text()]).toEqual([201, 'b', 'hello'])
    })

    it.each(['plain content', '{"id":1}\n{"id":2}\n', '{"broken', ''])(
      'takes %j for content: no status comes with it',
      async (content) => {
        answering(content)
        const answer = await call({ invocation: 'stream' })
        expect([answer.status, await answer.text()]).toEqual([200, content])
      },
    )

    it.each([['status 999', '{"statusCode":999}\0\0\0\0\0\0\0\0', 'statusCode is 999']])(
      'calls %s a function that failed',
      async (_, chunk, said) => {
        answering(chunk)
        await expect(call({ invocation: 'stream' })).rejects.toMatchObject({
          code: 'function_failed',
          message: expect.stringContaining(said),
        })
      },
    )

    const PRELUDE = { 'x-any': 'application/vnd.awslambda.http-integration-response' }
    const COMPLETE = frame('InvokeComplete', Buffer.from('{}'))
    const chunk = (content: string) => frame('PayloadChunk', Buffer.from(content))
    const streaming = (headers: Record<string, string>, ...frames: Buffer[]) => {
      fake.override = (request, response) => {
        request.resume()
        response.writeHead(200, headers).end(Buffer.concat(frames))
      }
    }

    it.each(['null', '7', '"fine"', '[]', '{"statusCode":'])('calls %s before its content a failure', async (text) => {
      streaming(PRELUDE, chunk(`${text}\0\0\0\0\0\0\0\0content`), COMPLETE)
      await expect(call({ invocation: 'stream' })).rejects.toMatchObject({
        code: 'function_failed',
        message: expect.stringContaining("The function's status and headers are"),
      })
    })

    it.each([
      ['nothing before its content', []],
      ['no end of what comes before its content', [chunk('{"statusCode":200')]],
      ['more before its content than headers hold', [chunk(`{"a":"${'x'.repeat(140_000)}`)]],
    ])('calls it a failure that there is %s', async (_, frames) => {
      streaming(PRELUDE, ...frames, COMPLETE)
      await expect(call({ invocation: 'stream' })).rejects.toMatchObject({ code: 'function_failed' })
    })

    it.each(['nonsense', '7', '{"ErrorCode":"Unhandled","ErrorDetails":{"a":1}}'])(
      'breaks off where the stream ends in %s',
      async (text) => {
        streaming({}, chunk('begun'), frame('InvokeComplete', Buffer.from(text)))
        const answer = await call({ invocation: 'stream' })
        const ended = await answer.text().catch((error: Error) => error)
        if (text === '7') expect(ended).toBe('begun')
        else expect(ended).toMatchObject({ code: 'function_failed' })
      },
    )

    it('passes over messages that nobody knows, however long', async () => {
      streaming({}, chunk('one '), frame('Telemetry', Buffer.alloc(3_000_000)), chunk('two'), COMPLETE)
      expect(await (await call({ invocation: 'stream' })).text()).toBe('one two')
    })

    it('holds no connection whose beginning is a failure', async () => {
      let close: ((closed: boolean) => void) | undefined
      const closed = new Promise<boolean>((resolve) => {
        close = resolve
      })
      fake.override = (request, response) => {
        request.resume()
        response.on('close', () => close?.(true))
        // It would go on.
        response.writeHead(200, PRELUDE).write(chunk('null\0\0\0\0\0\0\0\0'))
      }
      await expect(call({ invocation: 'stream' })).rejects.toMatchObject({ code: 'function_failed' })
      expect(await closed).toBe(true)
    })

    it('tells a function that throws at once, and breaks off one that throws later', async () => {
      fake.streaming.users = async function* () {
        yield ''
        throw new Error('It broke.')
      }
      await expect(call({ invocation: 'stream' })).rejects.toMatchObject({
        code: 'function_failed',
        message: expect.stringContaining('It broke.'),
      })
      fake.streaming.users = async function* () {
        yield 'begun'
        throw new Error('It broke.')
      }
      const answer = await call({ invocation: 'stream' })
      await expect(answer.text()).rejects.toThrow('It broke.')
    })

    it.each([
      ['is cut within a message', frame('PayloadChunk', Buffer.from('hello')).subarray(0, 20)],
      ['is cut between messages', frame('PayloadChunk', Buffer.alloc(0))],
      ['is none', Buffer.from('<html>this is no event stream</html>')],
      ['claims 2 GB', Buffer.from('7fffffff0000000012345678', 'hex')],
      ['ends in an exception', frame('ModelStreamErrorException', Buffer.alloc(0), 'exception')],
    ])('fails where the stream %s', async (_, bytes) => {
      fake.override = (request, response) => {
        request.resume()
        response.writeHead(200).end(bytes)
      }
      const text = call({ invocation: 'stream' }).then((answer) => answer.text())
      await expect(text).rejects.toThrow(/event stream|broke/)
    })

    it('stops the function when the reader leaves', async () => {
      let isStopped: ((stopped: boolean) => void) | undefined
      const stopped = new Promise<boolean>((resolve) => {
        isStopped = resolve
      })
      fake.override = (request, response) => {
        request.resume()
        response.writeHead(200).write(frame('PayloadChunk', Buffer.from('first')))
        response.on('close', () => isStopped?.(true))
      }
      const reader = (await call({ invocation: 'stream' })).body?.getReader()
      await reader?.read()
      await reader?.cancel()
      expect(await stopped).toBe(true)
    })
  })
})
