/** Every form of an endpoint: what it means, and what is refused. */
import { describe, expect, it } from 'vitest'
import { parseRecord } from '../../src/record/parse.ts'

const record = (endpoint: unknown) => JSON.stringify({ endpoints: [endpoint] })
const arn = (rest: string) => `arn:aws:lambda:eu-west-1:1:function:${rest}`

function refusalOf(endpoint: unknown): string {
  try {
    return `taken: ${JSON.stringify(parseRecord(record(endpoint)).endpoints)}`
  } catch (error) {
    return (error as Error).message
  }
}

describe('an endpoint is understood', () => {
  const LAMBDA = {
    kind: 'lambda',
    region: 'eu-west-1',
    secret: 'AWS',
    qualifier: undefined,
    invocation: 'request',
    endpointUrl: undefined,
  }

  it.each([
    [
      { binding: 'USERS', version: 'v-7' },
      'binding:USERS@v-7',
      { kind: 'binding', binding: 'USERS', version: { worker: 'users', id: 'v-7' } },
    ],
    [
      { binding: 'USER_STORE', worker: 'store', version: 'v-7' },
      'binding:USER_STORE@v-7',
      { kind: 'binding', binding: 'USER_STORE', version: { worker: 'store', id: 'v-7' } },
    ],
    [
      { dispatch: { binding: 'D', script: 'users' } },
      'dispatch:D/users',
      { kind: 'dispatch', binding: 'D', script: 'users' },
    ],
    [
      { dispatch: { binding: 'D', script: 'users', limits: { cpuMs: 10 } } },
      'dispatch:D/users',
      { kind: 'dispatch', binding: 'D', script: 'users', limits: { cpuMs: 10 } },
    ],
    [
      { object: { binding: 'R', key: 'name:a:b' } },
      'object:R/name:a:b',
      { kind: 'object', binding: 'R', key: { from: 'name', name: 'a:b' } },
    ],
    [
      { object: { binding: 'R', key: 'header:x-room' } },
      'object:R/header:x-room',
      { kind: 'object', binding: 'R', key: { from: 'header', name: 'x-room' } },
    ],
    [
      { object: { binding: 'R', key: 'query:room' } },
      'object:R/query:room',
      { kind: 'object', binding: 'R', key: { from: 'query', name: 'room' } },
    ],
    [
      { object: { binding: 'R', key: 'path:2' } },
      'object:R/path:2',
      { kind: 'object', binding: 'R', key: { from: 'path', segment: 2 } },
    ],
    [{ queue: { binding: 'JOBS' } }, 'queue:JOBS', { kind: 'queue', binding: 'JOBS' }],
    [
      { lambda: { function: arn('users:live'), region: 'eu-west-1', secret: 'AWS' } },
      `lambda:${arn('users:live')}`,
      { ...LAMBDA, function: arn('users:live') },
    ],
    [
      { lambda: { function: arn('users'), secret: 'AWS' } },
      `lambda:${arn('users')}`,
      { ...LAMBDA, function: arn('users') },
    ],
    [
      {
        lambda: {
          function: 'users',
          region: 'eu-west-1',
          secret: 'AWS',
          qualifier: '$LATEST',
          invocation: 'stream',
          endpointUrl: 'http://localhost:3002/',
        },
      },
      'lambda:users:$LATEST',
      {
        ...LAMBDA,
        function: 'users',
        qualifier: '$LATEST',
        invocation: 'stream',
        endpointUrl: 'http://localhost:3002',
      },
    ],
  ])('%j', (written, id, target) => {
    expect(parseRecord(record(written)).endpoints).toEqual([
      { id, target, traits: expect.any(Object), weight: 1, locality: undefined },
    ])
  })

  const URL = 'https://users.example.com'

  it.each([
    [
      { type: 'aws-sigv4', service: 'lambda', region: 'eu-west-1', secret: 'AWS' },
      { type: 'aws-sigv4', service: 'lambda', region: 'eu-west-1', secret: 'AWS' },
    ],
    [
      { type: 'google-id-token', audience: 'me', secret: 'GCP' },
      { type: 'google-id-token', audience: 'me', secret: 'GCP' },
    ],
    [
      { type: 'google-id-token', secret: 'GCP' },
      { type: 'google-id-token', audience: URL, secret: 'GCP' },
    ],
    [
      { type: 'header', header: 'X-Functions-Key', secret: 'KEY' },
      { type: 'header', header: 'x-functions-key', secret: 'KEY' },
    ],
    [
      { type: 'bearer', secret: 'KEY' },
      { type: 'header', header: 'authorization', scheme: 'Bearer', secret: 'KEY' },
    ],
  ])('with credentials %j', (credentials, known) => {
    const [endpoint] = parseRecord(record({ url: `${URL}/`, credentials })).endpoints
    expect(endpoint).toMatchObject({ id: URL, target: { kind: 'url', url: URL, credentials: known } })
  })

  it('several kinds in one record', () => {
    const endpoints = [URL, { binding: 'USERS' }, { lambda: { function: arn('users'), secret: 'AWS' } }]
    expect(parseRecord(JSON.stringify({ endpoints })).endpoints.map(({ target }) => target.kind)).toEqual([
      'url',
      'binding',
      'lambda',
    ])
  })
})

describe('an endpoint is refused', () => {
  const URL = 'https://users.example.com'
  const SIGV4 = { type: 'aws-sigv4', service: 'lambda', region: 'eu-west-1', secret: 'AWS' }

  it.each([
    [{ binding: 'USERS', worker: 'users' }, '$.endpoints[0]: Expected "version" where there is "worker"'],
    [{ binding: 'USERS', version: 'a"b' }, '$.endpoints[0].version: Expected the id of a Worker version, got "a\\"b".'],
    [{ dispatch: 'D' }, '$.endpoints[0].dispatch: Expected an object'],
    [{ dispatch: { binding: 'D' } }, '$.endpoints[0].dispatch.script: is missing.'],
    [{ dispatch: { binding: 'D', script: 'a/b' } }, '$.endpoints[0].dispatch.script: Expected the name of a Worker'],
    [
      { dispatch: { binding: 'D', script: 'a', limits: { cpuMs: 0 } } },
      '$.endpoints[0].dispatch.limits.cpuMs: Expected a whole number from 1, got 0.',
    ],
    [
      { object: { binding: 'R', key: 'room' } },
      '$.endpoints[0].object.key: Expected "name:…", "header:…", "query:…" or "path:1", got "room".',
    ],
    [{ object: { binding: 'R', key: 'path:0' } }, '$.endpoints[0].object.key: Expected'],
    [{ object: { binding: 'R', key: 'header:x room' } }, '$.endpoints[0].object.key: Expected'],
    [{ queue: { binding: 'a-b' } }, '$.endpoints[0].queue.binding: Expected the name of a queue, got "a-b".'],
    [{ queue: { binding: 'Q', wait: 1 } }, '$.endpoints[0].queue.wait: is not a field that this version knows.'],
    [{ queue: { binding: 'Q', delay: 1 } }, '$.endpoints[0].queue.delay: Expected a duration from 0s to 12h, got 1.'],
    [
      { queue: { binding: 'Q', deliverTo: 'A b' } },
      '$.endpoints[0].queue.deliverTo: Expected the name of a service, got "A b".',
    ],
    [{ queue: { binding: 'Q', delivery: {} } }, '$.endpoints[0].queue: Expected "deliverTo" where there is "delivery"'],
    ...[
      ['attempts', 0, 'a whole number from 1 to 100, got 0.'],
      ['attempts', 101, 'a whole number from 1 to 100, got 101.'],
      ['backoff', '0s', 'a duration from 1s to 12h, got "0s".'],
      ['maxBackoff', '13h', 'a duration from 1s to 12h, got "13h".'],
      ['expire', '14d', 'a duration from 1s to 336h, got "14d".'],
      ['timeout', '11m', 'a duration from 1s to 10m, got "11m".'],
      ['deadLetter', 'a-b', 'the name of a queue, got "a-b".'],
      ['deduplicate', '30s', 'a duration from 1m to 336h, got "30s".'],
    ].map(([field, value, what]): [object, string] => [
      { queue: { binding: 'Q', deliverTo: 'users', delivery: { [String(field)]: value } } },
      `$.endpoints[0].queue.delivery.${field}: Expected ${what}`,
    ]),
    [{ lambda: { function: 'users', secret: 'AWS' } }, '$.endpoints[0].lambda: Expected one region'],
    [
      { lambda: { function: arn('users'), region: 'us-east-1', secret: 'AWS' } },
      '$.endpoints[0].lambda: Expected one region',
    ],
    [
      { lambda: { function: arn('users:live'), qualifier: '7', secret: 'AWS' } },
      '$.endpoints[0].lambda: Expected one qualifier',
    ],
    [
      { lambda: { function: 'a b', region: 'eu-west-1', secret: 'AWS' } },
      '$.endpoints[0].lambda.function: Expected the name or ARN',
    ],
    [
      { lambda: { function: 'users', region: 'Europe', secret: 'AWS' } },
      '$.endpoints[0].lambda.region: Expected an AWS region, got "Europe".',
    ],
    [
      { lambda: { function: 'users', region: 'eu-west-1', secret: 'AKID/x+y' } },
      '$.endpoints[0].lambda.secret: Expected the name of a Worker secret, got something else.',
    ],
    [
      { lambda: { function: 'users', region: 'eu-west-1', secret: 'AWS', invocation: 'sync' } },
      '$.endpoints[0].lambda.invocation: Expected "request", "stream" or "event", got "sync".',
    ],
    [{ url: URL, credentials: {} }, '$.endpoints[0].credentials.type: '],
    [{ url: URL, credentials: null }, '$.endpoints[0].credentials: Expected an object, got null.'],
    [
      { url: URL, credentials: { type: 'toString' } },
      '$.endpoints[0].credentials.type: Expected one of "aws-sigv4", "google-id-token", "bearer", "header", got "toString".',
    ],
    [
      { url: URL, credentials: { ...SIGV4, key: 'x' } },
      '$.endpoints[0].credentials.key: is not a field that this version knows.',
    ],
    [
      { url: URL, credentials: { type: 'header', header: 'host', secret: 'KEY' } },
      '$.endpoints[0].credentials.header: Expected a header of the application, got "host".',
    ],
    [{ url: 'http://users.example.com', credentials: SIGV4 }, '$.endpoints[0]: Expected https://'],
    ...['http://lambda.example.com', 'http://127.0.0.1.example.com:3002', 'http://localhost.example.com'].map(
      (endpointUrl): [object, string] => [
        { lambda: { function: 'users', region: 'eu-west-1', secret: 'AWS', endpointUrl } },
        '$.endpoints[0].lambda.endpointUrl: Expected https://, or an address of this machine, got ',
      ],
    ),
    [
      { url: 'https://abc.lambda-url.us-east-1.on.aws/x', credentials: SIGV4 },
      '$.endpoints[0]: Expected the region that the function URL names',
    ],
  ])('%j', (written, said) => {
    expect(refusalOf(written)).toContain(said)
  })

  it.each(['http://127.0.0.1:8080', 'http://localhost', 'http://[::1]:1/v1'])(
    'but not where credentials go no further than %s',
    (url) => {
      expect(refusalOf({ url, credentials: SIGV4 })).toContain('taken')
    },
  )
})
