/** Functions with the library tell the built mesh, and the built control plane, of their calls: by RPC to entrypoints that are plain objects. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type AdminClient, adminClient } from '../../src/admin/client.ts'
import { type DevMesh, devMesh } from '../support/built-command.ts'
import { eventually } from '../support/eventually.ts'

const lib = fileURLToPath(new URL('../../dist/lib', import.meta.url))

/** Calls `users` by the registry that it shares with the mesh. */
const FUNCTION = `
import { createMesh, kvRegistry } from '${lib}/index.js'
import { stats } from '${lib}/stats.js'
import { env } from 'cloudflare:workers'

const registry = kvRegistry(env.REGISTRY)
const mesh = createMesh({ registry, env, log: 'off', stats: stats({ fleet: 'first' }) })
export default mesh.serve({
  fetch: (request) =>
    request.url.endsWith('/whoami') ? env.MESH.fetch('http://localhost/-/whoami') : mesh.fetch('http://users/'),
})
`

/** Who reports, by which binding. */
const REPORTS = {
  checkout: { binding: 'MESH', service: 'selvedge', entrypoint: 'MeshEntrypoint', props: '{ caller = "checkout" }' },
  cart: { binding: 'STATS', service: 'selvedge-control', entrypoint: 'StatsEntrypoint', props: '{ caller = "cart" }' },
  nobody: { binding: 'MESH', service: 'selvedge', entrypoint: 'MeshEntrypoint', props: '{ }' },
}

let mesh: DevMesh
let client: AdminClient
const dir = mkdtempSync(join(tmpdir(), 'selvedge-reports-'))

function worker(name: string, code: string, bindings = ''): string {
  const folder = join(dir, name)
  mkdirSync(folder)
  writeFileSync(join(folder, 'index.ts'), code)
  const head = `name = "${name}"\nmain = "index.ts"\ncompatibility_date = "2026-10-01"\ncompatibility_flags = ["enable_request_signal"]\n`
  writeFileSync(join(folder, 'wrangler.toml'), head + bindings)
  return folder
}

beforeAll(async () => {
  const folders = Object.entries(REPORTS).map(([name, { binding, service, entrypoint, props }]) =>
    worker(
      name,
      FUNCTION,
      `[[kv_namespaces]]\nbinding = "REGISTRY"\nid = "registry"\n
[[services]]\nbinding = "USERS"\nservice = "users"\n
[[services]]\nbinding = "${binding}"\nservice = "${service}"\nentrypoint = "${entrypoint}"\nprops = ${props}\n`,
    ),
  )
  folders.push(worker('users', `export default { fetch: () => new Response('Ada') }`))
  const records = [...Object.keys(REPORTS), 'users'].map((name) => [
    name,
    { endpoints: [{ binding: name.toUpperCase() }] },
  ])
  const registry = join(dir, 'registry.json')
  writeFileSync(registry, JSON.stringify(Object.fromEntries(records)))
  mesh = await devMesh(['--registry', registry, ...folders.flatMap((folder) => ['--with', folder])])
  const { SELVEDGE_URL: url = '', SELVEDGE_TOKEN: token } = mesh.env
  client = adminClient({ url, token })
})
afterAll(async () => {
  await mesh?.stop()
  rmSync(dir, { recursive: true })
})

it('are counted by the name that their binding says, and not at all where it says none', async () => {
  for (const name of Object.keys(REPORTS)) {
    for (let call = 0; call < 3; call++) {
      const response = await fetch(`${mesh.url}/svc/${name}/`)
      expect([response.status, await response.text()]).toEqual([200, 'Ada'])
    }
  }
  const edges = async () =>
    (await client.edges('5m')).items
      .filter(({ service }) => service === 'users')
      .map(({ caller, reporter, requests }) => [caller, reporter, requests])
      .sort(([one], [other]) => String(one).localeCompare(String(other)))
  await eventually('both have told', async () => (await edges()).length === 2)
  expect(await edges()).toEqual([
    ['cart', 'source', 3],
    ['checkout', 'source', 3],
  ])
  const served = (await client.stats({ window: '5m', reporter: 'destination' })).items
  expect(served.map(({ service, requests }) => [service, requests])).toEqual([
    ['cart', 3],
    ['checkout', 3],
  ])
  // Through the mesh went the calls of the functions themselves.
  const shown = (await client.stats({ window: '5m' })).items
  expect(shown.map(({ service, reporter, requests }) => [service, reporter, requests])).toEqual([
    ['cart', 'mesh', 3],
    ['checkout', 'mesh', 3],
    ['nobody', 'mesh', 3],
    ['users', 'source', 6],
  ])
  // Nobody was told that anything is bad, and so nothing was written.
  expect((await client.list()).items.map(({ name }) => name)).not.toContain('fleet')
})

it('learn from the mesh who they are to it, by what their binding says', async () => {
  const who = async (path: string) => (await fetch(mesh.url + path)).json()
  expect(await who('/svc/checkout/whoami')).toEqual({
    caller: 'checkout',
    class: 'member',
    proof: 'binding',
    trusted: true,
  })
  expect(await who('/svc/nobody/whoami')).toEqual({ caller: null, class: 'member', proof: 'member', trusted: false })
  expect(await who('/-/whoami')).toEqual({ caller: null, class: 'stranger', proof: 'none', trusted: false })
})
