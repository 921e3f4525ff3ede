import { describe, expect, it } from 'vitest'
import { cloud } from '../../src/cloud.ts'
import type { KnownTarget } from '../../src/targets/kinds.ts'
import { givenNetwork, givenPlace, givenSent } from '../support/given.ts'
import { KEYS } from '../support/lambda-fake.ts'

const ADDRESS = 'https://users.example.com'

/** A call of a stranger to a place that is called with a signature, and what was sent there. */
async function sent(target: KnownTarget, headers: Record<string, string>, path = '/42?x=1') {
  const requests: Request[] = []
  const network = givenNetwork({
    fetch: (async (url: string, init: RequestInit) => {
      requests.push(new Request(url, init))
      return new Response('{}')
    }) as typeof fetch,
    bindings: KEYS,
    cloud,
  })
  const call = givenSent({ endpoint: givenPlace(target), outgoing: new Headers(headers), path })
  await network(new Request(`http://users${path}`), call)
  return requests[0] as Request
}

const SIGNED: KnownTarget = {
  kind: 'url',
  url: ADDRESS,
  credentials: { type: 'aws-sigv4', service: 'lambda', region: 'eu-west-1', secret: 'AWS' },
}
const LAMBDA: KnownTarget = {
  kind: 'lambda',
  function: 'users',
  region: 'eu-west-1',
  secret: 'AWS',
  qualifier: undefined,
  invocation: 'request',
  endpointUrl: undefined,
}

const OF_A_STRANGER = {
  'x-amz-security-token': 'theirs',
  'X-Amz-Content-Sha256': 'UNSIGNED-PAYLOAD',
  'x-amz-invocation-type': 'Event',
  'x-amz-date': '20000101T000000Z',
  'x-amzn-trace-id': 'Root=1',
  'x-own': '1',
}

const amazons = ({ headers }: Request) => [...headers.keys()].filter((name) => name.startsWith('x-amz-'))

describe('an address that is signed for', () => {
  it('gets no `x-amz-*` of the caller beside our signature', async () => {
    const request = await sent(SIGNED, OF_A_STRANGER)
    expect(amazons(request)).toEqual(['x-amz-date'])
    expect(request.headers.get('x-amz-date')).not.toBe(OF_A_STRANGER['x-amz-date'])
    expect(request.headers.get('x-own')).toBe('1')
    expect(request.headers.get('x-amzn-trace-id')).toBe('Root=1')
  })

  it.each(['X-Amz-Signature=0&X-Amz-Credential=a', 'x=1&x-amz-security-token=0', 'x=1&X%2DAmz%2DAlgorithm=0&y=%20'])(
    'gets no signature of the caller in its query: %s',
    async (query) => {
      const { searchParams } = new URL((await sent(SIGNED, {}, `/42?${query}`)).url)
      expect([...searchParams.keys()].filter((name) => /^x-amz-/i.test(name))).toEqual([])
      expect(searchParams.get('x')).toBe(query.includes('x=1') ? '1' : null)
      expect(searchParams.get('y')).toBe(query.includes('y=') ? ' ' : null)
    },
  )

  it('gets any other query as it came', async () => {
    expect((await sent(SIGNED, {}, '/a%20b?y=%2c&x=+~&y')).url).toBe(`${ADDRESS}/a%20b?y=%2c&x=+~&y`)
  })
})

describe('a Lambda function', () => {
  it('is invoked with no `x-amz-*` of the caller, neither around the event nor in it', async () => {
    const request = await sent(LAMBDA, OF_A_STRANGER)
    expect(amazons(request)).toEqual(['x-amz-date'])
    const { headers } = (await request.json()) as { headers: Record<string, string> }
    expect(headers).toEqual({ 'x-amzn-trace-id': 'Root=1', 'x-own': '1', host: 'users' })
  })

  it('gets cookies one by one, though the platform joined their headers', async () => {
    const { cookies } = (await (await sent(LAMBDA, { cookie: 'a=1; b=2, c=3' })).json()) as { cookies: string[] }
    expect(cookies).toEqual(['a=1', 'b=2', 'c=3'])
  })
})
