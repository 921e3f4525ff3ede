/** Calls as they are made, from the built mesh through the built control plane's object to the command. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AdminClient, adminClient, type TapLine, type TapOptions } from '../../src/admin/client.ts'
import { run } from '../../src/cli/program.ts'
import { eventually } from '../support/eventually.ts'
import { type MeshWorker, startMesh } from '../support/mesh-worker.ts'

const TOKEN = 'a-token-of-thirty-two-characters'
const up = `export default { fetch: (request) => new Response('up', { status: request.url.includes('bad') ? 418 : 200 }) }`

let mesh: MeshWorker
let admin: AdminClient
beforeAll(async () => {
  mesh = await startMesh({
    control: { vars: { ADMIN_TOKEN: TOKEN } },
    vars: { MESH_SHAPES: '0' },
    bindings: { UP: up },
    records: { users: { endpoints: [{ binding: 'UP' }] }, orders: { endpoints: [{ binding: 'UP' }] } },
  })
  admin = adminClient({ url: mesh.url, token: TOKEN })
})
afterAll(() => mesh?.dispose())

/** Traffic goes on, since an isolate hears of a tap with its digests alone. */
async function underTraffic<T>(work: Promise<T>): Promise<T> {
  let isDone = false
  const done = () => {
    isDone = true
  }
  work.then(done, done)
  const headers = { 'x-name': 'ann', authorization: 'Bearer abc' }
  for (let round = 0; !isDone && round < 240; round++) {
    await mesh.call('/svc/users/42/orders?mail=ann@example.com', { headers })
    await mesh.call('/svc/orders/bad')
    await mesh.callTrusted('users', '/v1')
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
  return work
}

/** The first call that is told. */
async function first(options: TapOptions): Promise<TapLine | undefined> {
  for await (const line of admin.tap({ seconds: 60, ...options })) if (line.kind === 'call') return line
  return undefined
}

describe('a tap', () => {
  it('shows calls, masked, to who filters for them', { timeout: 120_000 }, async () => {
    const [stranger, member, bad] = await underTraffic(
      Promise.all([first({ path: '/42' }), first({ caller: 'member' }), first({ service: 'orders', status: '4xx' })]),
    )
    expect(stranger).toMatchObject({
      service: 'users',
      method: 'GET',
      path: '/{number}/orders',
      status: 200,
      outcome: 'success',
      attempts: [{ endpoint: 'binding:UP', outcome: 'success' }],
      traceId: expect.stringMatching(/^[\da-f]{32}$/),
      isolate: expect.stringMatching(/^[\da-f]{32}$/),
    })
    // Times and ids have any digits.
    const told = JSON.stringify(stranger, (key, value) =>
      ['at', 'tookMs', 'traceId', 'isolate'].includes(key) ? undefined : value,
    )
    expect(told).not.toMatch(/abc|ann|42\b/)
    expect(member).toMatchObject({ service: 'users', path: '/v1', caller: 'member' })
    expect(bad).toMatchObject({ service: 'orders', path: '/bad', status: 418 })
  })

  it('is printed by the command until it is ended', { timeout: 120_000 }, async () => {
    let out = ''
    let err = ''
    let end = () => {}
    const interrupted = () =>
      new Promise<void>((resolve) => {
        end = resolve
      })
    const code = await underTraffic(
      run(['tap', 'users', '--seconds', '120', '--url', mesh.url, '--token', TOKEN], {
        interrupted,
        out(text) {
          out += text
          if (text.includes('/{number}/orders')) end()
        },
        err: (text) => {
          err += text
        },
      }),
    )
    expect([code, err]).toEqual([
      0,
      expect.stringMatching(/Looking at calls until .*\n\d+ calls? w(?:as|ere) shown\.\n$/),
    ])
    expect(out).toMatch(/^TIME .*ATTEMPTS\n/)
    expect(out).toMatch(/ users +\(unknown\) +GET +\/\{number\}\/orders +200 +success .*binding:UP\(\d+ms\)/)
  })

  it('makes room when its reader has hung up', { timeout: 120_000 }, async () => {
    const opened: AbortController[] = []
    const open = async () => {
      const left = new AbortController()
      const lines = admin.tap({ seconds: 600 }, left.signal)[Symbol.asyncIterator]()
      const line = await lines.next()
      opened.push(left)
      return line.value
    }
    await eventually('four are open, and a fifth is refused', () =>
      open().then(
        () => false,
        (error: { status?: number }) => error.status === 409,
      ),
    )
    for (const left of opened) left.abort()
    await eventually('one is open again', () => open().catch(() => false), 60_000)
    for (const left of opened) left.abort()
  })
})
