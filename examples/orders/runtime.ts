/**
 * A process of its own that runs the Worker of this folder in Miniflare, with all that it stores in a folder: the objects, their alarms
 * and the journal of sagas survive it, what waits in the queue does not. It writes a line of JSON, `{ url }`, and runs until it is killed.
 */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from 'miniflare'
import { bundled } from '../../src/cli/dev/bundled.ts'

export interface Started {
  readonly folder: string
  /** Variables of the Worker: `QUEUE` and `SILENT` (env.ts). */
  readonly vars?: Readonly<Record<string, string>>
  /** Sagas that were not at their end: the local engine goes on with them for an event that nothing waits for. */
  readonly wake?: readonly string[]
}

const { folder, vars = {}, wake = [] } = JSON.parse(process.argv[2] ?? '{}') as Started
const here = (file: string) => fileURLToPath(new URL(file, import.meta.url))

const object = (className: string) => ({ className, useSQLite: true })
const miniflare = new Miniflare({
  ...convertV4MiniflareOptions({
    cf: false,
    log: new Log(LogLevel.NONE),
    handleStructuredLogs: () => {},
    workers: [
      {
        name: 'orders',
        compatibilityDate: '2026-10-01',
        compatibilityFlags: ['enable_request_signal', 'request_signal_passthrough'],
        modules: [{ type: 'ESModule', path: 'worker.js', contents: await bundled(here('worker.ts'), here('.')) }],
        bindings: vars,
        kvNamespaces: { REGISTRY: 'registry' },
        durableObjects: { ORDERS: object('Order'), CUSTOMERS: object('Customer'), LEDGER: object('Ledger') },
        workflows: { SAGAS: { name: 'orders-sagas', className: 'Sagas' } },
        queueProducers: { EVENTS: { queueName: 'order-events' } },
        queueConsumers: { 'order-events': { maxBatchTimeout: 0, maxRetries: 100 } },
      },
    ],
  }),
  resourcePersistencePath: folder,
})
const { origin } = await miniflare.ready
const registry = await miniflare.getKVNamespace('REGISTRY', 'orders')
const records = JSON.parse(readFileSync(here('registry.json'), 'utf8')) as Record<string, object>
for (const [name, record] of Object.entries(records)) await registry.put(`services/${name}`, JSON.stringify(record))
const { SAGAS } = await miniflare.getBindings<{ SAGAS: Workflow }>('orders')
for (const id of wake) await (await SAGAS.get(id)).sendEvent({ type: 'selvedge-wake', payload: null })
process.stdout.write(`${JSON.stringify({ url: origin })}\n`)
