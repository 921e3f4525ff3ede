/**
 * A process of its own that runs the built mesh and its control plane in Miniflare, with KV and objects in the folder that
 * it is given. It writes a line of JSON, `{ url, workerd }`, and runs until it is killed.
 */
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from 'miniflare'
import { controlModules } from '../../src/cli/dev/built.ts'

const [folder = '', token = ''] = process.argv.slice(2)
const built = (name: string) => readFileSync(new URL(`../../dist/${name}`, import.meta.url), 'utf8')
const compatibilityDate = '2026-10-01'
const STATS_OBJECT = { className: 'StatsObject', useSQLite: true }

const miniflare = new Miniflare(
  convertV4MiniflareOptions({
    cf: false,
    log: new Log(LogLevel.NONE),
    handleStructuredLogs: () => {},
    resourcePersistencePath: folder,
    workers: [
      {
        name: 'selvedge',
        compatibilityDate,
        compatibilityFlags: ['enable_request_signal', 'request_signal_passthrough', 'no_nodejs_global_timers'],
        modules: [{ type: 'ESModule', path: 'worker.js', contents: built('worker.js') }],
        kvNamespaces: { REGISTRY: 'registry' },
        bindings: { MESH_LOG: 'off', MESH_FRESH: '1s' },
        serviceBindings: { CONTROL: 'control' },
        durableObjects: { STATS_OBJECT: { ...STATS_OBJECT, scriptName: 'control' } },
        unsafeDirectSockets: [{ host: '127.0.0.1' }],
      },
      {
        name: 'control',
        compatibilityDate,
        modules: await controlModules(new URL('../../dist/worker.js', import.meta.url)),
        bindings: { ADMIN_TOKEN: token },
        kvNamespaces: { REGISTRY: 'registry' },
        durableObjects: { REGISTRY_OBJECT: { className: 'RegistryObject', useSQLite: true }, STATS_OBJECT },
      },
    ],
  }),
)
await miniflare.ready
const { origin } = await miniflare.unsafeGetDirectURL('selvedge')
const kv = await miniflare.getKVNamespace('REGISTRY', 'selvedge')
process.stdout.write(`${JSON.stringify({ url: origin })}\n`)
// What stands in KV, for each line of names that is asked for.
for await (const line of createInterface({ input: process.stdin })) {
  const names: string[] = JSON.parse(line)
  const found = await Promise.all(names.map((name) => kv.get(`services/${name}`)))
  process.stdout.write(`${JSON.stringify(found)}\n`)
}
