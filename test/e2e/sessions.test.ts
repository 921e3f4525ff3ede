/** Sessions in the built Worker: keys outlive the request that read them, and cookies may come in several headers. */
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type MeshWorker, startMesh } from '../support/mesh-worker.ts'
import { startUpstream, type Upstream } from '../support/servers.ts'

describe('a session whose ticket is sealed', () => {
  let upstreams: [Upstream, Upstream]
  let mesh: MeshWorker
  const rule = (...weights: number[]) => ({
    rules: [
      {
        name: 'all',
        sessionPersistence: { cookie: { name: 'sid' } },
        backendRefs: ['v1', 'v2'].map((name, index) => ({ name, weight: weights[index] })),
      },
    ],
  })
  beforeAll(async () => {
    upstreams = [await startUpstream(), await startUpstream()]
    mesh = await startMesh({
      vars: { MESH_SESSION_KEY: 'new,old', MESH_FRESH: '10ms' },
      records: {
        v1: upstreams[0].url,
        v2: upstreams[1].url,
        shop: rule(1, 0),
        thief: {
          endpoints: [{ url: 'http://127.0.0.1:1', credentials: { type: 'bearer', secret: 'MESH_SESSION_KEY' } }],
        },
      },
    })
  })
  afterAll(async () => {
    await mesh?.dispose()
    for (const upstream of upstreams ?? []) await upstream.close()
  })

  const hits = () => upstreams.map((upstream) => upstream.hits('/a'))
  const get = () => mesh.call('/svc/shop/a')

  it('goes on at weight 0, in several requests, whichever header its cookie comes in', async () => {
    const [cookie = ''] = String((await get()).headers['set-cookie']).split(';')
    expect(cookie).toMatch(/^sid=\w+\.\w+\.\w+\.\.[0-9a-f]{32}$/)
    await mesh.put('shop', rule(0, 1))
    await expect.poll(async () => (await get()).headers['set-cookie']).toBeDefined()
    await expect
      .poll(async () => {
        const before = hits()
        await get()
        return hits()[1] === (before[1] as number) + 1
      })
      .toBe(true)
    for (const sent of [[cookie], [`a=1; ${cookie}`], ['a=1; b=2', cookie], [cookie, 'c=3']]) {
      const before = hits()
      expect(await headOf(sent)).not.toContain('set-cookie')
      expect(hits().map((count, index) => count - (before[index] as number))).toEqual([1, 0])
    }
  })

  /** The head of the answer to a request with a header for each of these, which Node's client would join by itself. */
  async function headOf(cookies: string[]): Promise<string> {
    const { hostname, port } = new URL(mesh.url)
    const socket = connect(Number(port), hostname)
    const lines = [
      'GET /svc/shop/a HTTP/1.1',
      'host: localhost',
      'connection: close',
      ...cookies.map((one) => `cookie: ${one}`),
    ]
    socket.write(`${lines.join('\r\n')}\r\n\r\n`)
    const answer = await text(socket)
    expect(answer).toMatch(/^HTTP\/1.1 200 /)
    return (answer.split('\r\n\r\n')[0] as string).toLowerCase()
  }

  it('is not sealed by whoever can read no secret: a record that names the key sends it nowhere', async () => {
    const answer = await mesh.call('/svc/thief/')
    expect([answer.status, answer.json.code]).toEqual([502, 'credential_failed'])
    expect(answer.text).not.toContain('new,old')
  })
})
