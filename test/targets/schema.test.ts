import { describe, expect, it } from 'vitest'
import { isEndpointUrl } from '../../src/schema/address.ts'
import { endpointOf, traitsOf, type WrittenEndpoint } from '../../src/targets/schema.ts'

describe('isEndpointUrl', () => {
  it.each([
    'https://users.example.com',
    'https://users.example.com/',
    'http://127.0.0.1:8787',
    'http://[::1]:8787/v1/',
    'HTTPS://Users.example.com/v1',
    'https://users.example.com/a%20b/c;d=e',
    `https://users.example.com/${'a'.repeat(2022)}`,
  ])('takes %s', (text) => {
    expect(isEndpointUrl(text)).toBe(true)
  })

  it.each([
    ['nothing', ''],
    ['a name', 'users'],
    ['a path', '/v1'],
    ['another scheme', 'ftp://users.example.com'],
    ['a scheme that runs', 'javascript:alert(1)'],
    ['a scheme of data', 'data:text/plain,hello'],
    ['a WebSocket scheme', 'wss://users.example.com'],
    ['no host', 'https://'],
    ['a port that is none', 'https://users.example.com:99999'],
    ['a query', 'https://users.example.com/?x=1'],
    ['a fragment', 'https://users.example.com/#x'],
    ['a user', 'https://ada@users.example.com'],
    ['a user and a password', 'https://ada:secret@users.example.com'],
    ['a password alone', 'https://:secret@users.example.com'],
    ['2049 characters', `https://users.example.com/${'a'.repeat(2023)}`],
  ])('refuses %s', (_, text) => {
    expect(isEndpointUrl(text)).toBe(false)
  })
})

describe('endpointOf', () => {
  it.each([
    ['https://a.example.com', 'https://a.example.com'],
    ['https://a.example.com/', 'https://a.example.com'],
    ['https://a.example.com/v1//', 'https://a.example.com/v1'],
    [{ url: 'https://a.example.com/v1' }, 'https://a.example.com/v1'],
  ])('of %j is at %s, by which it is known', (written, url) => {
    expect(endpointOf(written)).toMatchObject({ id: url, target: { kind: 'url', url }, weight: 1, locality: undefined })
  })

  it('of a binding is known by its name', () => {
    expect(endpointOf({ binding: 'USERS' })).toMatchObject({
      id: 'binding:USERS',
      target: { kind: 'binding', binding: 'USERS' },
      weight: 1,
      locality: undefined,
    })
  })

  it('has the weight and the locality that are written, and the id that it has without them', () => {
    expect(endpointOf({ url: 'https://a.example.com', weight: 0, locality: 'enam' })).toEqual({
      ...endpointOf('https://a.example.com'),
      weight: 0,
      locality: 'enam',
    })
    expect(endpointOf({ binding: 'USERS', weight: 1_000_000 })).toEqual({
      ...endpointOf({ binding: 'USERS' }),
      weight: 1_000_000,
    })
  })
})

describe('traitsOf', () => {
  const URL = 'https://users.example.com'
  const LAMBDA = { function: 'users', region: 'eu-west-1', secret: 'AWS' }
  const sigv4 = (service: string) => ({ type: 'aws-sigv4', service, region: 'eu-west-1', secret: 'AWS' }) as const
  const ADDRESS = ['isRemote', 'hasOwnHost']

  it.each<[string, WrittenEndpoint, string[]]>([
    ['an address', URL, ADDRESS],
    ['an address with a key', { url: URL, credentials: { type: 'header', header: 'x-key', secret: 'KEY' } }, ADDRESS],
    ['an address with a token', { url: URL, credentials: { type: 'bearer', secret: 'KEY' } }, ADDRESS],
    ['an API gateway', { url: URL, credentials: sigv4('execute-api') }, ADDRESS],
    ['a function URL', { url: URL, credentials: sigv4('lambda') }, [...ADDRESS, 'sleeps']],
    ['Cloud Run', { url: URL, credentials: { type: 'google-id-token', secret: 'GCP' } }, [...ADDRESS, 'sleeps']],
    ['a function', { lambda: LAMBDA }, ['isRemote', 'sleeps']],
    ['a function that streams', { lambda: { ...LAMBDA, invocation: 'stream' } }, ['isRemote', 'sleeps']],
    ['a function nobody waits for', { lambda: { ...LAMBDA, invocation: 'event' } }, ['isRemote', 'neverSettles']],
    ['a binding', { binding: 'USERS' }, []],
    ['a Worker of a namespace', { dispatch: { binding: 'D', script: 'users' } }, []],
    ['a Durable Object', { object: { binding: 'ROOMS', key: 'path:1' } }, []],
    ['a queue', { queue: { binding: 'JOBS' } }, ['neverSettles']],
  ])('of %s', (_, written, expected) => {
    const traits = traitsOf(endpointOf(written).target)
    expect(Object.entries(traits).flatMap(([trait, holds]) => (holds ? [trait] : []))).toEqual(expected)
    expect(endpointOf(written).traits).toEqual(traits)
  })
})
