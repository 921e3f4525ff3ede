/** The contract of transports, for each of them. */
import { cloud } from '../../src/cloud.ts'
import type { Bindings } from '../../src/targets/bindings.ts'
import type { KnownTarget } from '../../src/targets/kinds.ts'
import { type FarEnd, type Reached, transportContract } from '../contracts/transport.ts'
import { givenNetwork, givenPlace } from '../support/given.ts'
import { KEYS, type LambdaFake, REGION, startLambda } from '../support/lambda-fake.ts'

const PLATFORM = { streamsUp: true, streamsDown: true }

/** A fetch that the far end answers, as the platform's does: it rejects with the reason of its signal. */
function fetchOf(farEnd: FarEnd) {
  return (async (input: RequestInfo, init?: RequestInit) => {
    const request = new Request(input, init)
    return new Promise<Response>((resolve, reject) => {
      init?.signal?.addEventListener('abort', () => reject(init.signal?.reason))
      Promise.resolve()
        .then(() => farEnd(request))
        .then(resolve, reject)
    })
  }) as typeof fetch
}

function reached(target: KnownTarget, farEnd: FarEnd, bindings: Bindings = {}): Reached {
  const transport = givenNetwork({ fetch: fetchOf(farEnd), bindings, cloud })
  return { send: (request, sent) => transport(request, { ...sent, endpoint: givenPlace(target) }) }
}

transportContract('an address', PLATFORM, (farEnd) =>
  reached({ kind: 'url', url: 'https://users.example.com' }, farEnd),
)

transportContract('an address with a secret in a header', PLATFORM, (farEnd) => {
  const credentials = { type: 'header', header: 'x-functions-key', scheme: undefined, secret: 'KEY' } as const
  return reached({ kind: 'url', url: 'https://users.example.com', credentials }, farEnd, { KEY: 'k' })
})

transportContract('an address with a signature', { ...PLATFORM, streamsUp: false }, (farEnd) => {
  const credentials = { type: 'aws-sigv4', service: 'lambda', region: REGION, secret: 'AWS' } as const
  return reached({ kind: 'url', url: 'https://abc.lambda-url.eu-west-1.on.aws', credentials }, farEnd, KEYS)
})

transportContract('a service binding', PLATFORM, (farEnd) =>
  reached({ kind: 'binding', binding: 'USERS' }, farEnd, { USERS: { fetch: fetchOf(farEnd) } }),
)

transportContract('a pinned version of a Worker', PLATFORM, (farEnd) =>
  reached({ kind: 'binding', binding: 'USERS', version: { worker: 'users', id: '7' } }, farEnd, {
    USERS: { fetch: fetchOf(farEnd) },
  }),
)

transportContract('a dispatch namespace', PLATFORM, (farEnd) =>
  reached({ kind: 'dispatch', binding: 'DISPATCH', script: 'users' }, farEnd, {
    DISPATCH: { get: () => ({ fetch: fetchOf(farEnd) }) },
  }),
)

transportContract('a Durable Object', PLATFORM, (farEnd) =>
  reached({ kind: 'object', binding: 'ROOMS', key: { from: 'path', segment: 1 } }, farEnd, {
    ROOMS: { idFromName: (name: string) => name, get: () => ({ fetch: fetchOf(farEnd) }) },
  }),
)

function lambdaTarget({ url }: LambdaFake, invocation: 'request' | 'stream'): KnownTarget {
  const name = 'arn:aws:lambda:eu-west-1:123456789012:function:users'
  return {
    kind: 'lambda',
    function: name,
    region: REGION,
    secret: 'AWS',
    qualifier: 'live',
    invocation,
    endpointUrl: url,
  }
}

interface Event {
  rawPath: string
  rawQueryString: string
  headers: Record<string, string>
  cookies?: string[]
  requestContext: { http: { method: string } }
  body?: string
  isBase64Encoded: boolean
}

/** A function's event, as the request that it stands for. */
function requestOf(event: Event): Request {
  const { rawPath, rawQueryString, headers, cookies, requestContext, body, isBase64Encoded } = event
  const { method } = requestContext.http
  const init: RequestInit = { method, headers: cookies ? { ...headers, cookie: cookies.join('; ') } : headers }
  if (body !== undefined) init.body = isBase64Encoded ? Buffer.from(body, 'base64') : body
  return new Request(`http://users${rawPath}${rawQueryString && '?'}${rawQueryString}`, init)
}

function preludeOf({ status, headers }: Response) {
  const plain = Object.fromEntries([...headers].filter(([name]) => name !== 'set-cookie'))
  return { statusCode: status, headers: plain, cookies: headers.getSetCookie() }
}

function lambdaReached(fake: LambdaFake, invocation: 'request' | 'stream'): Reached {
  const transport = givenNetwork({ fetch, bindings: KEYS, cloud })
  const endpoint = givenPlace(lambdaTarget(fake, invocation))
  return {
    send(request, sent) {
      // Its clock is AWS's.
      fake.now = sent.clock.now
      return transport(request, { ...sent, endpoint })
    },
    close: fake.close,
  }
}

transportContract('a Lambda function', { streamsUp: false, streamsDown: false }, async (farEnd) => {
  const fake = await startLambda()
  fake.functions.users = async (event: Event) => {
    const answer = await farEnd(requestOf(event))
    const body = Buffer.from(await answer.arrayBuffer()).toString('base64')
    return { ...preludeOf(answer), body, isBase64Encoded: true }
  }
  return lambdaReached(fake, 'request')
})

transportContract('a Lambda function that streams', { streamsUp: false, streamsDown: true }, async (farEnd) => {
  const fake = await startLambda()
  fake.streaming.users = async function* (event: Event) {
    const answer = await farEnd(requestOf(event))
    yield JSON.stringify(preludeOf(answer))
    yield new Uint8Array(8)
    if (answer.body) yield* answer.body as unknown as AsyncIterable<Uint8Array>
  }
  return lambdaReached(fake, 'stream')
})
