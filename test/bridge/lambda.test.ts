/** A handler as a Lambda function: called by the mesh itself through Lambda's API on loopback, and by events as AWS documents them. */
import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { LambdaEvent } from '../../src/bridge/event-request.ts'
import { invokedByMesh, type LambdaRuntime, lambdaHandler, lambdaStream } from '../../src/bridge/lambda.ts'
import { cloud } from '../../src/cloud.ts'
import { createMesh } from '../../src/index-node.ts'
import type { Handler } from '../../src/mesh/serve.ts'
import { memoryRegistry } from '../../src/testing.ts'
import { access } from '../../src/trust.ts'
import { KEYS, type LambdaFake, REGION, startLambda } from '../support/lambda-fake.ts'

type Fetch = Handler<object>['fetch']

const context = { getRemainingTimeInMillis: () => 30_000 }
const BYTES = Uint8Array.from({ length: 1000 }, (_, at) => (at * 7) % 256)

/** As a function URL gives it: what AWS documents of payload format 2.0. */
function urlEvent(over: Partial<LambdaEvent> = {}): LambdaEvent {
  return {
    rawPath: '/',
    rawQueryString: '',
    headers: { host: 'abcdefghij.lambda-url.eu-west-1.on.aws' },
    requestContext: {
      apiId: 'abcdefghij',
      domainName: 'abcdefghij.lambda-url.eu-west-1.on.aws',
      stage: '$default',
      http: { method: 'GET' },
    },
    isBase64Encoded: false,
    ...over,
  }
}
const byMethod = (method: string, over: Partial<LambdaEvent> = {}) =>
  urlEvent({ ...over, requestContext: { ...urlEvent().requestContext, http: { method } } })

const run = (fetch: Fetch, event: LambdaEvent = urlEvent(), left = context) => lambdaHandler({ fetch })(event, left)

/** Writes status and headers as Lambda does: JSON, eight zeros, content. */
const runtime: LambdaRuntime = {
  streamifyResponse: (handler) => handler,
  HttpResponseStream: {
    from(stream, prelude) {
      stream.write(JSON.stringify(prelude))
      stream.write(new Uint8Array(8))
      return stream
    },
  },
}

describe('called by the mesh', () => {
  let fake: LambdaFake
  beforeAll(async () => {
    fake = await startLambda()
  })
  afterAll(() => fake?.close())

  /** A mesh that calls the handler as the function `users`. */
  function given(fetch: Fetch, { isStream = false, name = 'checkout' } = {}, policy: object = {}) {
    fake.functions = { users: (event) => lambdaHandler({ fetch })(event, context) }
    fake.streaming = {
      async *users(event) {
        const stream = new PassThrough()
        const ended = lambdaStream({ fetch }, {}, runtime)(event, stream, context)
        yield* stream
        await ended
      },
    }
    const lambda = {
      function: 'users',
      region: REGION,
      secret: 'AWS',
      endpointUrl: fake.url,
      invocation: isStream ? 'stream' : 'request',
    }
    return createMesh({
      registry: memoryRegistry({ users: { endpoints: [{ lambda }], ...policy } }),
      cloud,
      env: KEYS,
      name,
      waitUntil() {},
    })
  }

  it.each([false, true])('takes what any handler takes, and gives what it gives (stream: %s)', async (isStream) => {
    const mesh = given(
      async (request) => {
        const { method, url, headers } = request
        const told = { method, url, cookie: headers.get('cookie'), body: await request.text() }
        const answer = Response.json(told, { status: 201 })
        answer.headers.append('set-cookie', 'a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT')
        answer.headers.append('set-cookie', 'b=2')
        return answer
      },
      { isStream },
    )
    const headers = { cookie: 'x=1; y=2', 'content-type': 'text/plain' }
    const answer = await mesh.fetch('http://users/a%20b?x=1&x=2', { method: 'PUT', body: 'grüße', headers })
    expect(answer.status).toBe(201)
    expect(answer.headers.getSetCookie()).toEqual(['a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT', 'b=2'])
    const url = 'https://users/a%20b?x=1&x=2'
    expect(await answer.json()).toEqual({ method: 'PUT', url, cookie: 'x=1; y=2', body: 'grüße' })
  })

  it.each([false, true])('brings bytes up and down as they are (stream: %s)', async (isStream) => {
    const mesh = given(async (request) => new Response(await request.arrayBuffer()), { isStream })
    const answer = await mesh.fetch('http://users/', { method: 'POST', body: BYTES })
    expect(new Uint8Array(await answer.arrayBuffer())).toEqual(BYTES)
  })

  it.each([false, true])('answers HEAD without content, and a 204 (stream: %s)', async (isStream) => {
    const mesh = given(
      ({ method }) => new Response(method === 'HEAD' ? 'hello' : null, { status: method === 'HEAD' ? 200 : 204 }),
      {
        isStream,
      },
    )
    const head = await mesh.fetch('http://users/', { method: 'HEAD' })
    expect([head.status, await head.text()]).toEqual([200, ''])
    expect((await mesh.fetch('http://users/', { method: 'DELETE' })).status).toBe(204)
  })

  it('streams content as it is made', async () => {
    let next = (_text: string) => {}
    const body = new ReadableStream({
      start(controller) {
        next = (text) => (text === '' ? controller.close() : controller.enqueue(new TextEncoder().encode(text)))
      },
    })
    const mesh = given(() => new Response(body, { headers: { 'content-type': 'text/event-stream' } }), {
      isStream: true,
    })
    const asked = mesh.fetch('http://users/')
    next('one')
    const reader = (await asked).body?.getReader()
    expect(new TextDecoder().decode((await reader?.read())?.value)).toBe('one')
    next('two')
    expect(new TextDecoder().decode((await reader?.read())?.value)).toBe('two')
    next('')
    expect((await reader?.read())?.done).toBe(true)
  })

  it('breaks the stream off where the content fails', async () => {
    let breaks = () => {}
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode('half'))
        breaks = () => controller.error(new Error('It broke.'))
      },
    })
    const mesh = given(() => new Response(body), { isStream: true })
    const reader = (await mesh.fetch('http://users/')).body?.getReader()
    expect(new TextDecoder().decode((await reader?.read())?.value)).toBe('half')
    breaks()
    await expect(reader?.read()).rejects.toThrow()
  })

  it('spends no more retries than its caller grants, and tells what it has spent', async () => {
    let asked = 0
    const granted: (string | null)[] = []
    const retry = { retry: { attempts: 5, backoff: '0ms' }, retryConstraint: 'off' }
    const inner = createMesh({
      registry: memoryRegistry({ billing: { endpoints: ['https://billing.test'], ...retry } }),
      fetch: async () => {
        asked += 1
        return new Response(null, { status: 503 })
      },
    })
    const handler = inner.serve({
      fetch(request: Request) {
        granted.push(request.headers.get('selvedge-retry-allowance'))
        return inner.fetch('http://billing/')
      },
    })
    const mesh = given(handler.fetch, {}, retry)
    expect((await mesh.fetch('http://users/')).status).toBe(503)
    // Of five one is kept for an answer that is lost: it is spent when the function has told that the other four are.
    expect(granted).toEqual(['4', '0'])
    expect(asked).toBe(1 + 5)
  })

  it('lets in whom its record lets in, by the word of the mesh that may call it', async () => {
    const rules = [{ name: 'readers', effect: 'allow', callers: ['checkout'] }]
    const users = createMesh({
      name: 'users',
      registry: memoryRegistry({ users: { endpoints: ['https://users.test'], access: { default: 'deny', rules } } }),
      trust: access,
      log: 'off',
    })
    const handler = users.serve({ fetch: () => new Response('in') }, { trust: invokedByMesh })
    const of = async (name: string) => (await given(handler.fetch, { name }).fetch('http://users/')).status
    expect([await of('checkout'), await of('reports')]).toEqual([200, 403])

    // By its URL anybody comes, whatever they say.
    const headers = { host: 'x', 'selvedge-caller': 'checkout' }
    expect((await lambdaHandler(handler)(urlEvent({ headers }), context)).statusCode).toBe(401)
    const { requestContext } = urlEvent()
    const said = urlEvent({ headers, requestContext: { ...requestContext, domainName: 'selvedge' } })
    expect((await lambdaHandler(handler)(said, context)).statusCode).toBe(401)
  })
})

describe('lambdaHandler', () => {
  it('takes an event of a function URL: cookies and content of their own', async () => {
    const event = byMethod('POST', {
      rawPath: '/a%2Fb',
      rawQueryString: 'x=1&y=%20',
      cookies: ['a=1', 'b=2'],
      headers: { host: 'abcdefghij.lambda-url.eu-west-1.on.aws', 'x-one': '1,2', 'x-name': 'Łódź' },
      body: Buffer.from(BYTES).toString('base64'),
      isBase64Encoded: true,
    })
    const { body } = await run(async (request) => {
      const isSame = Buffer.from(await request.arrayBuffer()).equals(Buffer.from(BYTES))
      const { headers, url } = request
      const name = Buffer.from(headers.get('x-name') ?? '', 'latin1').toString()
      return Response.json([url, headers.get('cookie'), headers.get('x-one'), name, isSame])
    }, event)
    const url = 'https://abcdefghij.lambda-url.eu-west-1.on.aws/a%2Fb?x=1&y=%20'
    expect(JSON.parse(body)).toEqual([url, 'a=1; b=2', '1,2', 'Łódź', true])
  })

  it.each([
    // The stage of an HTTP API stands before the path at Amazon's address alone.
    ['/prod/v1/admin', 'abc.execute-api.eu-west-1.amazonaws.com', '/v1/admin'],
    ['/prod', 'abc.execute-api.eu-west-1.amazonaws.com', '/'],
    ['/production', 'abc.execute-api.eu-west-1.amazonaws.com', '/production'],
    ['/prod/v1/admin', 'api.example.com', '/prod/v1/admin'],
    ['//evil.example/x', 'api.example.com', '//evil.example/x'],
    ['/a?b#c', 'api.example.com', '/a%3Fb%23c'],
  ])('reads the path %s at %s as %s', async (rawPath, domainName, path) => {
    const requestContext = { ...urlEvent().requestContext, domainName, stage: 'prod' }
    const { body } = await run(({ url }) => new Response(url), urlEvent({ rawPath, requestContext }))
    expect(body).toBe(`https://${domainName}${path}`)
  })

  it('writes text as text and all else in base64, with a list of cookies and no length', async () => {
    const answer = new Response('grüße', { headers: { 'content-length': '7', 'keep-alive': 'timeout=7' } })
    answer.headers.append('set-cookie', 'a=1')
    answer.headers.append('set-cookie', 'b=2')
    expect(await run(() => answer)).toEqual({
      statusCode: 200,
      headers: { 'content-type': 'text/plain;charset=UTF-8' },
      cookies: ['a=1', 'b=2'],
      body: 'grüße',
      isBase64Encoded: false,
    })
    const image = await run(() => new Response(BYTES, { headers: { 'content-type': 'image/gif' } }))
    expect([image.isBase64Encoded, Buffer.from(image.body, 'base64').equals(Buffer.from(BYTES))]).toEqual([true, true])
  })

  it('is over before Lambda ends it, and what it calls is told', async () => {
    const sent: Headers[] = []
    const mesh = createMesh({
      registry: memoryRegistry({ users: 'https://users.test' }),
      log: 'off',
      fetch: (_url, init) => {
        sent.push(new Headers(init?.headers))
        return new Promise((_, reject) => init?.signal?.addEventListener('abort', () => reject(init.signal?.reason)))
      },
    })
    const { fetch } = mesh.serve({ fetch: () => mesh.fetch('http://users/') })
    const { statusCode, headers } = await run(fetch, urlEvent(), { getRemainingTimeInMillis: () => 300 })
    expect([statusCode, headers['selvedge-error']]).toEqual([504, 'deadline_exceeded'])
    expect(Number(sent[0]?.get('selvedge-timeout-ms'))).toBeLessThanOrEqual(195)
    // A caller may shorten it, and not lengthen it.
    const said = (ms: string) => urlEvent({ headers: { host: 'x', 'selvedge-timeout-ms': ms } })
    await run(fetch, said('50'))
    expect(Number(sent[1]?.get('selvedge-timeout-ms'))).toBeLessThanOrEqual(45)
    await run(fetch, said('99999'), { getRemainingTimeInMillis: () => 300 })
    expect(Number(sent[2]?.get('selvedge-timeout-ms'))).toBeLessThanOrEqual(195)
  })

  it('waits for what was given to waitUntil, and does not fail with it', async () => {
    let isDone = false
    const answer = await run((_request, _env, ctx) => {
      ctx.waitUntil(
        new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
          isDone = true
        }),
      )
      ctx.waitUntil(Promise.reject(new Error('It broke.')))
      return new Response('ok')
    })
    expect([answer.statusCode, isDone]).toEqual([200, true])
  })

  it('does not wait for it so long that Lambda would end the function', async () => {
    vi.useFakeTimers()
    try {
      const never = new Promise(() => {})
      let isDone = false
      const fetch: Fetch = (_request, _env, ctx) => {
        ctx.waitUntil(never)
        return new Response('ok')
      }
      const asked = run(fetch, urlEvent(), { getRemainingTimeInMillis: () => 250 }).then(() => {
        isDone = true
      })
      await vi.advanceTimersByTimeAsync(199)
      expect(isDone).toBe(false)
      await vi.advanceTimersByTimeAsync(1)
      expect(isDone).toBe(true)
      await asked
    } finally {
      vi.useRealTimers()
    }
  })

  it.each([
    ['a method that no request may have', byMethod('TRACE')],
    ['a host that is none', urlEvent({ requestContext: { ...urlEvent().requestContext, domainName: 'a b' } })],
  ])('answers 400 to %s', async (_, event) => {
    expect((await run(() => new Response('ok'), event)).statusCode).toBe(400)
  })

  it.each([
    [{ version: '1.0', path: '/', httpMethod: 'GET', requestContext: {} }, '"1.0"'],
    [{ Records: [] }, 'undefined'],
    [null, 'undefined'],
  ])('fails, in words, for an event of another format: %j', async (event, version) => {
    await expect(run(() => new Response('ok'), event as never)).rejects.toThrow(
      `The event is none of payload format 2.0: its version is ${version}.`,
    )
  })

  it('lets a handler that throws fail as a function fails', async () => {
    await expect(
      run(() => {
        throw new RangeError('It broke.')
      }),
    ).rejects.toThrow('It broke.')
  })
})

describe('lambdaStream', () => {
  it('says where it cannot run', () => {
    expect(() => lambdaStream({ fetch: () => new Response() })).toThrow('awslambda')
  })

  it('sends status and headers where there is no content', async () => {
    const stream = new PassThrough()
    const told = buffer(stream)
    await lambdaStream({ fetch: () => new Response(null, { status: 304, headers: { etag: '"7"' } }) }, {}, runtime)(
      urlEvent(),
      stream,
      context,
    )
    const [prelude = ''] = (await told).toString().split('\0')
    expect(JSON.parse(prelude)).toEqual({ statusCode: 304, headers: { etag: '"7"' }, cookies: [] })
  })

  it('cancels content that nobody reads any more', async () => {
    let cancelled = false
    const body = new ReadableStream({
      pull: (controller) => controller.enqueue(new Uint8Array(65_536)),
      cancel() {
        cancelled = true
      },
    })
    const stream = new PassThrough()
    stream.on('error', () => {})
    const ended = lambdaStream({ fetch: () => new Response(body) }, {}, runtime)(urlEvent(), stream, context)
    await once(stream, 'readable')
    stream.destroy()
    await ended
    expect(cancelled).toBe(true)
  })
})
