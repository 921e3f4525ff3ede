/** Every way into the mesh obeys an edit of the registry in workerd, which ends what nobody holds when an invocation is over. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from 'miniflare'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { compatibility } from '../support/mesh-worker.ts'

const FRESH_MS = 500
/** A read of the registry outlasts a call, be it by binding or by URL. */
const READ_MS = 60
/** Calls of one way are so far apart that a read has been answered meanwhile. */
const APART_MS = 250

const WAYS = [
  'mesh.fetch alone',
  'mesh.fetch alone, with waitUntil',
  'mesh.for(request)',
  'mesh.for(request), with waitUntil',
  'mesh.for(request, ctx)',
  'mesh.fetch in serve',
  'hono',
  'hono, without an execution context',
  'the proxy',
  'a queue',
  'a queue, with waitUntil',
  'a cron trigger',
  'a cron trigger, with waitUntil',
]
const KINDS = ['binding', 'url']

/** A function with a mesh for each way, so that none sees what another has read. */
const source = `
  import { waitUntil } from 'cloudflare:workers'
  import { Hono } from 'hono'
  import { selvedge } from './src/hono.ts'
  import { createMesh } from './src/index.ts'
  import { proxy } from './src/mesh/proxy.ts'

  const made = new Map()
  const said = new Map()

  function optionsOf(env, way) {
    return {
      registry: {
        async read(keys) {
          const response = await fetch(env.REGISTRY_URL, { method: 'POST', body: JSON.stringify(keys) })
          return (await response.json()).map((text) => (text === null ? undefined : { text }))
        },
      },
      env,
      freshMs: ${FRESH_MS},
      ...(way.includes('waitUntil') ? { waitUntil } : {}),
    }
  }

  function once(key, make) {
    if (!made.has(key)) made.set(key, make())
    return made.get(key)
  }

  const ways = {
    'mesh.for(request)': (mesh, address, request) => mesh.for(request).fetch(address),
    'mesh.for(request, ctx)': (mesh, address, request, env, ctx) => mesh.for(request, ctx).fetch(address),
    'mesh.fetch in serve': (mesh, address, request, env, ctx) => mesh.serve({ fetch: () => mesh.fetch(address) }).fetch(request, env, ctx),
    'hono': (mesh, address, request, env, ctx) => honoOf(mesh, address).fetch(request, env, ctx),
    'hono, without an execution context': (mesh, address, request, env) => honoOf(mesh, address).fetch(request, env),
  }

  function honoOf(mesh, address) {
    const app = new Hono()
    app.use(selvedge(() => mesh))
    app.all('*', (c) => c.var.mesh.fetch(address))
    return app
  }

  async function alone(env, key) {
    const { way, name } = JSON.parse(key)
    const mesh = once(key, () => createMesh(optionsOf(env, way)))
    said.set(key, await (await mesh.fetch('http://' + name + '/')).text())
  }

  export default {
    async fetch(request, env, ctx) {
      const key = decodeURIComponent(new URL(request.url).search.slice(1))
      const { way, name } = JSON.parse(key)
      if (way.startsWith('a ')) return new Response(said.get(key))
      if (way === 'the proxy') {
        const forward = once(key, () => proxy(optionsOf(env, way)))
        return forward(request, { trusted: false, identify: () => ({ name, path: '/' }), defer: (work) => ctx.waitUntil(work) })
      }
      const mesh = once(key, () => createMesh(optionsOf(env, way)))
      const call = ways[way.replace(', with waitUntil', '')]
      return call ? call(mesh, 'http://' + name + '/', request, env, ctx) : mesh.fetch('http://' + name + '/')
    },
    async queue({ messages }, env) {
      for (const { body } of messages) await alone(env, body)
    },
    async scheduled({ cron }, env) {
      await alone(env, cron)
    },
  }`

const who = (name: string) => `export default { fetch: () => new Response('${name}') }`

describe('an edit of the registry', () => {
  const records = new Map<string, unknown>()
  let server: Server
  let url: string
  let miniflare: Miniflare
  let address: string

  async function read(request: IncomingMessage): Promise<string> {
    let text = ''
    for await (const chunk of request) text += chunk
    // What stood there when the read began.
    const entries = (JSON.parse(text) as string[]).map((key) => records.get(key) ?? null)
    await sleep(READ_MS)
    return JSON.stringify(entries)
  }

  beforeAll(async () => {
    server = createServer((request, response) => {
      if (request.method === 'GET') response.end(request.url?.includes('old') ? 'old' : 'new')
      else void read(request).then((text) => response.end(text))
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const resolveDir = fileURLToPath(new URL('../..', import.meta.url))
    const { outputFiles } = await build({
      stdin: { contents: source, resolveDir, loader: 'js' },
      bundle: true,
      write: false,
      format: 'esm',
      external: ['cloudflare:*', 'node:*'],
    })
    const worker = (name: string, contents: string) => ({
      name,
      ...compatibility,
      modules: [{ type: 'ESModule' as const, path: 'worker.js', contents }],
    })
    miniflare = new Miniflare(
      convertV4MiniflareOptions({
        cf: false,
        log: new Log(LogLevel.NONE),
        workers: [
          {
            ...worker('functions', outputFiles[0]?.text as string),
            bindings: { REGISTRY_URL: url },
            serviceBindings: { OLD: 'old', NEW: 'new' },
            unsafeDirectSockets: [{ host: '127.0.0.1' }],
          },
          worker('old', who('old')),
          worker('new', who('new')),
        ],
      }),
    )
    await miniflare.ready
    address = (await miniflare.unsafeGetDirectURL('functions')).origin
  })
  afterAll(async () => {
    await miniflare?.dispose()
    server?.closeAllConnections()
    server?.close()
  })

  /** Calls in an invocation of its own, and gives what the mesh answered. */
  async function said(way: string, name: string): Promise<string> {
    const key = JSON.stringify({ way, name })
    if (way.startsWith('a ')) {
      const functions = await miniflare.getWorker('functions')
      if (way.startsWith('a cron')) await functions.scheduled({ cron: key })
      else await functions.queue('jobs', [{ id: '1', timestamp: new Date(), attempts: 1, body: key }])
    }
    const response = await fetch(`${address}/?${encodeURIComponent(key)}`)
    return response.text()
  }

  const record = (kind: string, which: string) =>
    kind === 'url' ? `${url}/${which}` : JSON.stringify({ endpoints: [{ binding: which.toUpperCase() }] })

  it.concurrent.each(WAYS.flatMap((way, index) => KINDS.map((kind) => [way, kind, `${kind}${index}`] as const)))(
    'is obeyed by %s of a %s by the second call after it is due',
    async (way, kind, name) => {
      records.set(`services/${name}`, record(kind, 'old'))
      expect(await said(way, name)).toBe('old')
      const readAt = performance.now()
      records.set(`services/${name}`, record(kind, 'new'))
      // Calls go on all the while: none of them may keep the record from being read.
      const late: string[] = []
      while (late.length < 4) {
        await sleep(APART_MS)
        const isDue = performance.now() >= readAt + FRESH_MS
        const answer = await said(way, name)
        if (isDue) late.push(answer)
      }
      expect(late.slice(1)).toEqual(['new', 'new', 'new'])
    },
  )
})
