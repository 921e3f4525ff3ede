import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'

const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url))

const WRANGLER = `
name = "order-history"
main = "index.ts"
compatibility_date = "2026-10-01"
[vars]
GREETING = "hello"
[[kv_namespaces]]
binding = "REGISTRY"
id = "0123"
[[services]]
binding = "MESH"
service = "selvedge"
entrypoint = "MeshEntrypoint"
props = { caller = "order-history" }
`

const WORKER = `
interface Env { GREETING: string; MESH: Fetcher; REGISTRY: KVNamespace }
export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    if (request.url.endsWith('/log')) {
      console.log('one\\nready http://evil.example\\n::error::two \\u001b[31mred\\u0085 ##[error]three')
      return new Response('logged')
    }
    const users = await env.MESH.fetch('http://users/from-order')
    const { caller } = await (await env.MESH.fetch('http://nobody/')).json<{ caller: string }>()
    return Response.json({ greeting: env.GREETING, users: await users.text(), kv: await env.REGISTRY.get('services/users'), caller })
  },
}
`

/** A command that runs: what it has written so far, and its end. */
function selvedge(args: readonly string[], env: Record<string, string> = {}) {
  return running(spawn(process.execPath, [CLI, ...args], { env: { ...process.env, ...env } }))
}

function running(child: ChildProcess) {
  const written = { out: '', err: '' }
  child.stdout?.on('data', (chunk) => {
    written.out += chunk
  })
  child.stderr?.on('data', (chunk) => {
    written.err += chunk
  })
  const ended = once(child, 'close').then(([code]) => code as number)
  return { child, written, ended }
}

/** Where a command says that it is ready. */
function readyAt({ written }: ReturnType<typeof running>): Promise<string> {
  return vi.waitFor(
    () => {
      const ready = /^ready (http:\/\/127\.0\.0\.1:\d+)$/m.exec(written.out)?.[1]
      if (!ready) throw new Error(`not ready: ${written.out}${written.err}`)
      return ready
    },
    { timeout: 30_000 },
  )
}

async function upstream(name: string): Promise<{ server: Server; url: string }> {
  const server = createServer(({ url, headers }, response) =>
    response.end([name, url, headers['x-key']].join(' ').trim()),
  )
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

describe('selvedge dev', () => {
  let dir: string
  let registry: string
  let blue: Awaited<ReturnType<typeof upstream>>
  let green: Awaited<ReturnType<typeof upstream>>
  let dev: ReturnType<typeof selvedge>
  let url: string

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'selvedge-dev-'))
    registry = join(dir, 'registry.yaml')
    blue = await upstream('blue')
    green = await upstream('green')
    await writeFile(join(dir, 'wrangler.toml'), WRANGLER)
    await writeFile(join(dir, 'index.ts'), WORKER)
    const keyed = `{ url: "${blue.url}", credentials: { type: header, header: x-key, secret: KEY } }`
    const records = `services/history:\n  endpoints: [{ binding: ORDER_HISTORY }]\nkeyed: { endpoints: [${keyed}] }\n`
    await writeFile(registry, `users: ${blue.url}\n${records}`)
    await writeFile(join(dir, 'mesh.vars'), '# of the mesh\nKEY="k-1"\n')
    const files = ['--registry', registry, '--env-file', join(dir, 'mesh.vars')]
    dev = selvedge(['dev', ...files, '--port', '0', '--with', dir], { MESH_FRESH: '100ms' })
    url = await readyAt(dev)
  })

  afterAll(async () => {
    dev?.child.kill('SIGKILL')
    blue?.server.close()
    green?.server.close()
    await rm(dir, { recursive: true, force: true })
  })

  const get = async (path: string) => (await fetch(url + path)).text()

  it('answers by name what the file says, once it is ready', async () => {
    expect((await fetch(`${url}/-/healthz`)).status).toBe(200)
    expect(await get('/svc/users/42')).toBe('blue /42')
    expect(JSON.parse(await get('/-/api/v1/schema'))).toMatchObject({ title: 'Service record' })
  })

  it('runs Workers from folders, bound to the mesh and the mesh to them', async () => {
    expect(await (await fetch(`${url}/svc/history/1`)).json()).toEqual({
      greeting: 'hello',
      users: 'blue /from-order',
      kv: blue.url,
      caller: 'order-history',
    })
  })

  it('shows what Workers log, line by line behind a mark, and lets none of it do anything', async () => {
    await get('/svc/history/log')
    await vi.waitFor(() => expect(dev.written.out).toContain('three'), { timeout: 10_000 })
    const [, ...lines] = dev.written.out.slice(dev.written.out.indexOf('log       one')).split('\n')
    expect(lines.slice(0, 2)).toEqual([
      'log       ready http://evil.example',
      'log       ::error::two \\u001b[31mred\\u0085 \\u0023#[error]three',
    ])
  })

  it('gives the mesh the secrets of a file', async () => {
    expect(await get('/svc/keyed/7')).toBe('blue /7 k-1')
    expect(dev.written.err).not.toContain('KEY')
  })

  it('has the admin API on, with a token for the run, and the records of the file in it', async () => {
    const [, token = ''] = /^admin +token ([0-9a-f]{48})$/m.exec(dev.written.out) ?? []
    const admin = (authorization: string) => fetch(`${url}/-/api/v1/services/users`, { headers: { authorization } })
    expect(await (await admin(`Bearer ${token}`)).json()).toMatchObject({ record: blue.url, origin: 'adopt' })
    expect((await admin('Bearer wrong')).status).toBe(401)
  })

  it('writes each change of the file into KV', { timeout: 120_000 }, async () => {
    const history = '\nhistory: { endpoints: [{ binding: ORDER_HISTORY }] }\n'
    await writeFile(registry, `users: ${green.url}${history}`)
    await vi.waitFor(async () => expect(await get('/svc/users/42')).toBe('green /42'), { timeout: 25_000 })
    // It is told once all that changed is in KV.
    await vi.waitFor(() => expect(dev.written.out).toContain('changed users, removed keyed'), { timeout: 25_000 })

    await writeFile(registry, `users: ${green.url}\nbook: [`)
    await vi.waitFor(() => expect(dev.written.err).toContain(`${registry}:2:8: `), { timeout: 25_000 })
    expect(await get('/svc/users/42')).toBe('green /42')

    await writeFile(registry, `users: { endpoint: ${green.url} }${history}`)
    const told = `${registry}:1: users is not understood`
    await vi.waitFor(() => expect(dev.written.err).toContain(told), { timeout: 25_000 })
    expect(dev.written.err).toContain('endpoint: is not a field that this version knows. Did you mean "endpoints"?')
    expect(await get('/svc/users/42')).toBe('green /42')

    await writeFile(registry, `users: ${blue.url}${history}`)
    await vi.waitFor(async () => expect(await get('/svc/users/42')).toBe('blue /42'), { timeout: 25_000 })
  })

  it('obeys an edit soon, and says when', async () => {
    const file = join(dir, 'soon.yaml')
    await writeFile(file, `users: ${blue.url}\n`)
    const soon = selvedge(['dev', '--registry', file, '--port', '0'])
    try {
      const at = await readyAt(soon)
      expect(soon.written.out).toContain('edits     are obeyed by the second call after 500ms (MESH_FRESH)\n')
      const call = async () => (await fetch(`${at}/svc/users/1`)).text()
      expect(await call()).toBe('blue /1')
      await writeFile(file, `users: ${green.url}\n`)
      // A tenth of what it is where nothing is said.
      await vi.waitFor(async () => expect(await call()).toBe('green /1'), { timeout: 3000 })
    } finally {
      soon.child.kill('SIGTERM')
      await soon.ended
    }
  })

  it.each(['SIGTERM', 'SIGKILL'] as const)('ends with npm, which started it, on %s', async (signal) => {
    const scripts = { dev: `node -e 0 && "${process.execPath}" "${CLI}" dev --port 0` }
    const folder = await mkdtemp(join(dir, 'npm-'))
    await writeFile(join(folder, 'package.json'), JSON.stringify({ scripts }))
    const npm = running(spawn('npm', ['run', 'dev'], { cwd: folder }))
    const at = await readyAt(npm)
    npm.child.kill(signal)
    await vi.waitFor(() => expect(fetch(`${at}/-/healthz`)).rejects.toThrow(), { timeout: 10_000, interval: 100 })
  })

  it('ends where its terminal is closed', async () => {
    const alone = selvedge(['dev', '--port', '0'])
    const at = await readyAt(alone)
    alone.child.kill('SIGHUP')
    expect(await alone.ended).toBe(0)
    await expect(fetch(`${at}/-/healthz`)).rejects.toThrow()
  })

  it('runs a mesh Worker of one’s own parts, and says where it does not build', async () => {
    const file = join(dir, 'parts.ts')
    await writeFile(file, 'const said: string = "of my own"\nexport default { fetch: () => new Response(said) }\n')
    const own = selvedge(['dev', '--port', '0', '--worker', file])
    try {
      expect(await (await fetch(`${await readyAt(own)}/svc/users/`)).text()).toBe('of my own')
    } finally {
      own.child.kill('SIGTERM')
      await own.ended
    }
    await writeFile(file, 'import { createWorker } from "nowhere"\nexport default createWorker()\n')
    const broken = selvedge(['dev', '--port', '0', '--worker', file])
    expect(await broken.ended).toBe(2)
    expect(broken.written.err).toMatch(/parts\.ts does not build\..*"nowhere"/s)
  })

  it('leaves a port that is taken alone, with exit code 2', async () => {
    const port = new URL(url).port
    const second = selvedge(['dev', '--port', port])
    expect(await second.ended).toBe(2)
    expect(second.written.err).toBe(`selvedge: Port ${port} is taken on 127.0.0.1: choose another with --port.\n`)
  })

  it('names a Worker that another one is bound to and that is not here', async () => {
    const alone = join(dir, 'alone')
    await writeWorker(alone, 'name = "alone"\nmain = "index.ts"\n[[services]]\nbinding = "USERS"\nservice = "users"\n')
    const broken = selvedge(['dev', '--port', '0', '--with', alone])
    expect(await broken.ended).toBe(2)
    expect(broken.written.err).toContain('binds USERS to "users", which is not here: add its folder with --with.')
  })

  it('ends on SIGTERM with exit code 0, and workerd with it', async () => {
    dev.child.kill('SIGTERM')
    expect(await dev.ended).toBe(0)
    await expect(fetch(`${url}/-/healthz`)).rejects.toThrow()
  })
})

async function writeWorker(dir: string, config: string): Promise<void> {
  await mkdir(dir)
  await writeFile(join(dir, 'wrangler.toml'), `compatibility_date = "2026-10-01"\n${config}`)
  await writeFile(join(dir, 'index.ts'), 'export default { fetch: () => new Response("alone") }')
}
