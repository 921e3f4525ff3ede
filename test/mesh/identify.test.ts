import { describe, expect, it } from 'vitest'
import { nameReader } from '../../src/mesh/called-host.ts'
import { addressOf, hosts, identify } from '../../src/mesh/identify.ts'

const meshHosts = hosts('localhost,127.0.0.1,[::1],*.workers.dev')
const named = (url: string) => identify(addressOf(new Request(url).url, meshHosts), nameReader('mesh'))

describe('hosts', () => {
  it('includes those that are listed, and any labels before a suffix', () => {
    expect(meshHosts.includes('localhost')).toBe(true)
    expect(meshHosts.includes('mesh.anna.workers.dev')).toBe(true)
    expect(meshHosts.includes('workers.dev')).toBe(false)
    expect(meshHosts.includes('evil-workers.dev')).toBe(false)
    expect(meshHosts.includes('users')).toBe(false)
  })

  it('does not mind spaces, capitals and empty places in the list', () => {
    const list = hosts(' Mesh.Example.com , , *.Mesh.example.com ')
    expect(list.includes('mesh.example.com')).toBe(true)
    expect(list.includes('eu.mesh.example.com')).toBe(true)
    expect(list.includes('')).toBe(false)
  })
})

describe('identify', () => {
  it.each([
    ['http://users/42?x=1', 'users', '/42?x=1'],
    ['http://users.mesh/42', 'users', '/42'],
    ['http://api.example.com/', 'api.example.com', '/'],
    ['http://users/svc/orders/1', 'users', '/svc/orders/1'],
    ['http://users/-/healthz', 'users', '/-/healthz'],
  ])('reads the name from the host: %s', (url, name, path) => {
    expect(named(url)).toEqual({ name, path })
  })

  it.each([
    ['http://localhost:8787/svc/users/42?x=1', 'users', '/42?x=1'],
    ['http://localhost/svc/users', 'users', '/'],
    ['http://localhost/svc/users/', 'users', '/'],
    ['http://localhost/svc/users?x=1', 'users', '/?x=1'],
    ['http://localhost/svc/users//a', 'users', '//a'],
    ['http://[::1]:8787/svc/users.mesh/42', 'users', '/42'],
    ['http://127.0.0.1/svc/Users/42', 'users', '/42'],
    ['https://mesh.anna.workers.dev/svc/eu.users.shop/', 'eu.users.shop', '/'],
    ['http://localhost/svc/users/svc/orders', 'users', '/svc/orders'],
  ])('reads the name from the path on a host of the mesh: %s', (url, name, path) => {
    const mountLength = url.search(/(?<=svc\/[^/?]+)(?:[/?]|$)/) - url.indexOf('/svc')
    expect(named(url)).toEqual({ name, path, mountLength })
  })

  it.each(['http://localhost/', 'http://localhost/users/42?svc=/svc/users', 'http://localhost/svc'])(
    'says how to name a service where none is named: %s',
    (url) => {
      expect(() => named(url)).toThrow(
        expect.objectContaining({ code: 'service_not_named', message: expect.stringContaining('/svc/<name>/') }),
      )
    },
  )

  it.each([
    'http://localhost/svc//42',
    'http://localhost/svc/no_name/',
    'http://localhost/svc/%2e%2e/x',
    'http://no_name/',
  ])('takes no nonsense for a name: %s', (url) => {
    expect(() => named(url)).toThrow(expect.objectContaining({ code: 'service_not_named' }))
  })

  it('does not repeat the query in what it says', () => {
    expect(() => named('http://localhost/x?token=secret')).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('secret') }),
    )
  })
})
