/** Five ways to a function, in workerd: whom it takes for its caller, though each of them forges one. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from 'miniflare'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { bundlePath, compatibility } from '../support/mesh-worker.ts'

/** Tells what it makes of whoever asks. */
const USERS = `import { readCaller } from './wire/caller.ts'
export default { fetch: (request, _, ctx) => Response.json(readCaller(request, ctx, 'public')) }`

/** Goes the way that the path names. */
const CHECKOUT = `export default {
  fetch: (request, env) => env[new URL(request.url).pathname.slice(1)].fetch('http://users/', { headers: request.headers })
}`

let miniflare: Miniflare
beforeAll(async () => {
  const { outputFiles } = await build({
    stdin: { contents: USERS, resolveDir: fileURLToPath(new URL('../../src', import.meta.url)) },
    bundle: true,
    format: 'esm',
    write: false,
  })
  const module = (contents: string) => ({
    ...compatibility,
    modules: [{ type: 'ESModule' as const, path: 'worker.js', contents }],
  })
  miniflare = new Miniflare(
    convertV4MiniflareOptions({
      cf: false,
      log: new Log(LogLevel.NONE),
      workers: [
        {
          name: 'checkout',
          ...module(CHECKOUT),
          serviceBindings: {
            NAMED: { name: 'mesh', entrypoint: 'MeshEntrypoint', props: { caller: 'checkout' } },
            NAMELESS: { name: 'mesh', entrypoint: 'MeshEntrypoint' },
            PUBLIC: 'mesh',
            USERS: 'users',
            USERS_NAMED: { name: 'users', props: { caller: 'checkout' } },
          },
        },
        {
          name: 'mesh',
          ...module(readFileSync(bundlePath, 'utf8')),
          kvNamespaces: { REGISTRY: 'registry' },
          bindings: { MESH_LOG: 'off' },
          serviceBindings: { USERS: { name: 'users', props: { vouches: true } } },
          unsafeDirectSockets: [{ host: '127.0.0.1' }],
        },
        { name: 'users', ...module(outputFiles[0]?.text ?? ''), unsafeDirectSockets: [{ host: '127.0.0.1' }] },
      ],
    }),
  )
  await miniflare.ready
  const registry = await miniflare.getKVNamespace('REGISTRY', 'mesh')
  await registry.put('services/users', '{"endpoints":[{"binding":"USERS"}]}')
})
afterAll(() => miniflare?.dispose())

const forged = { headers: { 'selvedge-caller': 'admin', selvedge_caller: 'admin' } }
const NOBODY = { proof: 'none' }

it.each<[string, string, object]>([
  ['the mesh, by a binding with a name', 'NAMED', { name: 'checkout', proof: 'vouched' }],
  ['the mesh, by a binding without one', 'NAMELESS', { proof: 'member' }],
  ['the public entrance of the mesh', 'PUBLIC', { proof: 'member' }],
  ['a binding without props', 'USERS', NOBODY],
  ['a binding that names its caller', 'USERS_NAMED', { name: 'checkout', proof: 'binding' }],
])('by way of %s', async (_, way, caller) => {
  const answer = await miniflare.dispatchFetch(`http://localhost/${way}`, forged)
  expect(await answer.json()).toEqual(caller)
})

it.each<[string, string, string, object]>([
  ['the mesh', 'mesh', '/svc/users/', { proof: 'member' }],
  ['its own address', 'users', '/', NOBODY],
])('from outside by %s', async (_, worker, path, caller) => {
  const answer = await fetch(new URL(path, await miniflare.unsafeGetDirectURL(worker)), forged)
  expect(await answer.json()).toEqual(caller)
})
