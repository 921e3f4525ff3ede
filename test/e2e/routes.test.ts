/** Rules, through the built Worker over sockets: what they do with real bodies, headers and hosts. */
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { type MeshWorker, startMesh } from '../support/mesh-worker.ts'
import { type Echo, startUpstream, type Upstream } from '../support/servers.ts'

describe('a record with rules', () => {
  let users: Upstream
  let shadow: Upstream
  let mesh: MeshWorker

  beforeAll(async () => {
    users = await startUpstream()
    shadow = await startUpstream()
    mesh = await startMesh({
      records: {
        shadow: shadow.url,
        dead: 'http://127.0.0.1:9',
        users: {
          endpoints: [users.url],
          rules: [
            {
              matches: [{ path: { value: '/mirrored' } }],
              filters: [
                { type: 'RequestMirror', requestMirror: { backendRef: { name: 'shadow' } } },
                { type: 'RequestMirror', requestMirror: { backendRef: { name: 'dead' } } },
              ],
            },
            {
              matches: [{ path: { value: '/old' } }],
              filters: [
                {
                  type: 'RequestRedirect',
                  requestRedirect: {
                    path: { type: 'ReplacePrefixMatch', replacePrefixMatch: '/new' },
                    statusCode: 301,
                  },
                },
              ],
            },
            {
              matches: [{ path: { value: '/api' } }],
              filters: [
                {
                  type: 'URLRewrite',
                  urlRewrite: {
                    hostname: 'people.example',
                    path: { type: 'ReplacePrefixMatch', replacePrefixMatch: '/' },
                  },
                },
                { type: 'RequestHeaderModifier', requestHeaderModifier: { set: [{ name: 'x-set', value: 'here' }] } },
                {
                  type: 'ResponseHeaderModifier',
                  responseHeaderModifier: { set: [{ name: 'x-told', value: 'there' }] },
                },
              ],
            },
            { matches: [{ path: { value: '/session' } }], sessionPersistence: { cookie: {} } },
          ],
        },
      },
    })
  })
  afterAll(async () => {
    await mesh?.dispose()
    await users?.close()
    await shadow?.close()
  })

  const at = (upstream: Upstream, path: string) => upstream.seen.filter((one) => one.path === path)

  it.each([
    ['none', undefined, 0],
    ['a small one', 'x'.repeat(10), 10],
    ['one of 64 KiB', 'x'.repeat(65_536), 65_536],
  ])('mirrors a body: %s', async (name, body, length) => {
    const path = `/mirrored/${length}`
    const answer = await mesh.call(`/svc/users${path}`, body === undefined ? {} : { method: 'POST', body })
    expect(answer.status, name).toBe(200)
    expect((JSON.parse(answer.text) as Echo).body.length).toBe(length)
    await eventually(`the copy of ${path}`, () => at(shadow, path)[0]?.received === length)
    expect(at(users, path)).toHaveLength(1)
  })

  it('does not mirror a body of more than 64 KiB, which reaches its backend whole', async () => {
    const answer = await mesh.call('/svc/users/mirrored/large', { method: 'POST', body: 'x'.repeat(70_000) })
    expect((JSON.parse(answer.text) as Echo).body.length).toBe(70_000)
    expect(at(shadow, '/mirrored/large')).toHaveLength(0)
  })

  it('redirects to where the caller can follow: with the prefix of the mesh host', async () => {
    const { status, headers } = await mesh.call('/svc/users/old/42?x=1')
    expect([status, headers.location]).toEqual([301, `${mesh.url}/svc/users/new/42?x=1`])
  })

  it.each([
    ['/old?', '/new?'],
    ['/old/?', '/new/?'],
    ['/old/a?', '/new/a?'],
    ['/old//a', '/new//a'],
    ['/old/a/../b', '/new/b'],
    ['/../../old/x', '/new/x'],
    ['/a/%2e%2e/../%2E%2E/old/x', '/new/x'],
    ['/old/..%2f..%2fx', '/new/..%2f..%2fx'],
    ['/old/a?/svc/users/old/a?', '/new/a?/svc/users/old/a?'],
    ['/old/\u00e9', '/new/%C3%A9'],
    ['/old/.well-known/x?', '/new/.well-known/x'],
    ['/old/svc/users/old', '/new/svc/users/old'],
  ])('redirects with that prefix, whatever the URL holds: %s', async (path, location) => {
    expect(await rawLocation(mesh.url, `/svc/users${path}`)).toBe(`${mesh.url}/svc/users${location}`)
  })

  it('rewrites host, path and headers', async () => {
    const answer = await mesh.call('/svc/users/api/42?x=1')
    const echo = JSON.parse(answer.text) as Echo
    expect(echo.url).toBe('/42?x=1')
    expect(echo.headers).toMatchObject({ 'x-set': 'here', 'x-forwarded-host': 'people.example' })
    expect(answer.headers['x-told']).toBe('there')
  })

  it('leaves a service that fails as a whole for the next of an alias, and comes back', async () => {
    const eu = await startUpstream()
    try {
      await mesh.put('users-eu', {
        endpoints: [eu.url],
        outlierDetection: { baseEjection: '300ms' },
        retry: { attempts: 0 },
      })
      await mesh.put('anywhere', { alias: ['users-eu', 'shadow'] })
      const where = async () => {
        const before = eu.seen.length
        const { status } = await mesh.call('/svc/anywhere/where')
        return eu.seen.length > before ? `eu ${status}` : `next ${status}`
      }
      expect(await where()).toBe('eu 200')
      eu.override = (request, response) => {
        request.resume()
        response.writeHead(503).end()
      }
      expect([await where(), await where(), await where(), await where()]).toEqual([
        'eu 503',
        'eu 503',
        'eu 503',
        'next 200',
      ])
      eu.override = undefined
      await eventually('it is asked again', async () => (await where()) === 'eu 200')
    } finally {
      await eu.close()
    }
  })

  it('gives a session', async () => {
    const first = await mesh.call('/svc/users/session')
    const cookie = String(first.headers['set-cookie']).split(';')[0] as string
    expect(cookie).toMatch(/^selvedge-session-/)
    expect((await mesh.call('/svc/users/session', { headers: { cookie } })).headers['set-cookie']).toBeUndefined()
  })

  it('is route_not_found where no rule matches', async () => {
    const { status, headers } = await mesh.call('/svc/users/elsewhere')
    expect([status, headers['selvedge-error']]).toEqual([404, 'route_not_found'])
  })
})

/** `fetch` and `node:http` would tidy the target: so it is written by hand. */
async function rawLocation(url: string, target: string): Promise<string | undefined> {
  const { hostname, port, host } = new URL(url)
  const socket = connect(Number(port), hostname)
  socket.end(`GET ${target} HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`)
  return /^location: (.*)\r$/im.exec(await text(socket))?.[1]
}
