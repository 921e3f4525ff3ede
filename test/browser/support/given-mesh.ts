/** A mesh as `selvedge dev` runs it, with a few records and somebody who calls. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type AdminClient, adminClient } from '../../../src/admin/client.ts'
import { startDev } from '../../../src/cli/dev/start-dev.ts'
import { eventually } from '../../support/eventually.ts'

export const TOKEN = 'a-token-of-thirty-two-characters'
export const READER = 'another-token-that-only-reads-it'

export interface GivenMesh {
  readonly url: string
  readonly admin: AdminClient
  /** Calls a service some times, one after another, whatever it answers. */
  call(name: string, times: number): Promise<void>
  close(): Promise<void>
}

/**
 * Records that are there: `users`, in one place; `billing`, which fails, and of which `/0` is denied; `orders`, which has rules, and
 * whom it would deny is told; `people`, an alias; `stock`, of whose two places one fails.
 */
export async function givenMesh(): Promise<GivenMesh> {
  const upstream = await answering(200)
  const failing = await answering(503)
  const dev = await startDev({
    port: 0,
    worker: new URL('../../../dist/worker.js', import.meta.url),
    vars: { ADMIN_TOKENS: JSON.stringify(await tokens()), MESH_FRESH: '200ms' },
  })
  const admin = adminClient({ url: dev.url, token: TOKEN })
  const call = async (name: string, times: number) => {
    for (let at = 0; at < times; at++) await (await fetch(`${dev.url}/svc/${name}/${at}`)).body?.cancel()
  }
  const close = async () => {
    await dev.dispose()
    await Promise.all([upstream, failing].map(ended))
  }
  try {
    await eventually('the registry answers', () =>
      admin.list().then(
        () => true,
        () => false,
      ),
    )
    const users = { endpoints: [addressOf(upstream)], timeouts: { request: '2s' } }
    await admin.put('users', users, { ifNoneMatch: '*', message: 'users, in one place' })
    await admin.put('users', { ...users, retry: { attempts: 1 } }, { ifMatch: '*', message: 'fewer retries' })
    await admin.put(
      'billing',
      { endpoints: [addressOf(failing)], access: NO_ZERO },
      { ifNoneMatch: '*', message: 'billing' },
    )
    await admin.put('stock', stockOf(failing, upstream), { ifNoneMatch: '*', message: 'stock, in two places' })
    await admin.put('people', { alias: 'users' }, { ifNoneMatch: '*', message: 'people are users' })
    await admin.put('orders', ORDERS, { ifNoneMatch: '*', message: 'a canary' })
    await eventually('they are published', async () => {
      const { items } = await admin.list()
      return items.every(({ state }) => state === 'published')
    })
    await call('users', 20)
    await call('billing', 5)
    await call('orders', 10)
    await call('stock', 12)
    return { url: dev.url, admin, call, close }
  } catch (error) {
    await close()
    throw error
  }
}

const NO_ZERO = { rules: [{ name: 'no zero', effect: 'deny', paths: ['/0'] }] }

/** The first place fails, and is left alone for as long as a test may take. */
function stockOf(first: Server, second: Server) {
  return {
    endpoints: [addressOf(first), addressOf(second)],
    outlierDetection: { consecutive: 2, baseEjection: '300s' },
    loadBalancer: 'round-robin',
  }
}

const ORDERS = {
  access: { default: 'deny', mode: 'audit', rules: [{ name: 'known', effect: 'allow', callers: ['checkout'] }] },
  rules: [
    {
      name: 'canary',
      matches: [{ headers: [{ name: 'x-env', value: 'canary' }] }],
      backendRefs: [{ name: 'people' }],
    },
    {
      name: 'all',
      backendRefs: [
        { name: 'users', weight: 9 },
        { name: 'people', weight: 1 },
      ],
    },
  ],
}

async function tokens() {
  const sha256 = async (text: string) =>
    Buffer.from(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))).toString('hex')
  return [
    { name: 'alice', role: 'write', sha256: await sha256(TOKEN) },
    { name: 'bob', role: 'read', sha256: await sha256(READER) },
  ]
}

async function answering(status: number): Promise<Server> {
  const server = createServer((_, response) => response.writeHead(status).end('{}'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return server
}

function addressOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

function ended(server: Server): Promise<unknown> {
  server.closeAllConnections()
  return new Promise((resolve) => server.close(resolve))
}
