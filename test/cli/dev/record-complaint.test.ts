import { describe, expect, it } from 'vitest'
import { recordComplaints } from '../../../src/cli/dev/record-complaint.ts'

const given = { bindings: new Map([['ORDER', 'services' as const]]), values: new Set(['KEY']) }
const complaint = (key: string, value: string) => {
  const beside = { given, domain: 'mesh', told: new Set<string>(), aliasOf: () => undefined, find: () => undefined }
  const [one, ...others] = recordComplaints(key, value, { ...beside, stands: (name) => name === 'users' })
  expect(others).toEqual([])
  return one?.text
}

describe('recordComplaints', () => {
  it.each([
    ['services/users', 'https://users.example.com'],
    ['services/*.shop', '{ "endpoints": [{ "binding": "ORDER" }] }'],
    ['services/users.shop@pr-12', '{ "alias": "users" }'],
  ])('has nothing to say of %s', (key, value) => {
    expect(complaint(key, value)).toBeUndefined()
  })

  it('says what the mesh will refuse, with the path', () => {
    expect(complaint('services/users', '{ "endpoints": ["ftp://x"] }')).toMatch(
      /^users is not understood.*endpoints\[0\]: Expected/,
    )
  })

  it('says all that the mesh would refuse, each with its place', () => {
    const text = '{ "endpoint": ["https://a"], "timeouts": { "request": 2 } }'
    const beside = {
      given,
      domain: 'mesh',
      told: new Set<string>(),
      aliasOf: () => undefined,
      find: () => undefined,
      stands: () => true,
    }
    expect(recordComplaints('services/users', text, beside).map(({ path }) => path)).toEqual([
      ['timeouts', 'request'],
      ['endpoint'],
    ])
  })

  it('tells of a name that ends in the domain of the mesh', () => {
    expect(complaint('services/users.mesh', 'https://a.example.com')).toContain('is looked up as "users"')
  })

  it('names a binding that is not there', () => {
    expect(complaint('services/users', '{ "endpoints": [{ "binding": "USERS" }] }')).toContain('"USERS"')
  })

  it.each([
    ['{ "queue": { "binding": "ORDER" } }', 'names "ORDER" of queues.producers, which this mesh does not have'],
    ['{ "object": { "binding": "ROOMS", "key": "path:1" } }', 'names "ROOMS" of durable_objects.bindings'],
    ['{ "dispatch": { "binding": "D", "script": "a" } }', 'names "D" of dispatch_namespaces'],
    [
      '{ "url": "https://a.example.com", "credentials": { "type": "bearer", "secret": "TOKEN" } }',
      'needs the secret "TOKEN": --env-file',
    ],
    [
      '{ "lambda": { "function": "a", "region": "eu-west-1", "secret": "AWS" } }',
      'needs the secret "AWS_ACCESS_KEY_ID"',
    ],
  ])('names what %s needs and the mesh of dev has not', (endpoint, reason) => {
    expect(complaint('services/users', `{ "endpoints": [${endpoint}] }`)).toContain(reason)
  })

  it('is content with a secret that is there', () => {
    const endpoint = '{ "url": "https://a.example.com", "credentials": { "type": "bearer", "secret": "KEY" } }'
    expect(complaint('services/users', `{ "endpoints": [${endpoint}] }`)).toBeUndefined()
  })

  it.each(['services/Users', 'services/a_b', 'services/', 'services/a.*.b', 'services/@x'])(
    'finds no name in %s',
    (key) => {
      expect(complaint(key, 'https://users.example.com')).toContain('is not a service name')
    },
  )
})
