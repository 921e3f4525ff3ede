/** A process of its own that runs outbox-worker.ts in Miniflare, with objects and D1 in the folder that it is given. It writes its address, and runs until it is killed. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from 'miniflare'

const [folder = ''] = process.argv.slice(2)
const object = (className: string) => ({ className, useSQLite: true })

const miniflare = new Miniflare(
  convertV4MiniflareOptions({
    cf: false,
    log: new Log(LogLevel.NONE),
    handleStructuredLogs: () => {},
    resourcePersistencePath: join(folder, 'disk'),
    workers: [
      {
        name: 'orders',
        compatibilityDate: '2026-10-01',
        modules: [{ type: 'ESModule', path: 'worker.js', contents: readFileSync(join(folder, 'worker.js'), 'utf8') }],
        durableObjects: {
          ORDERS: object('Orders'),
          ACCOUNT: object('Account'),
          RELAY: object('Relay'),
          EXAMPLE_ORDER: object('ExampleOrder'),
          EXAMPLE_ACCOUNT: object('ExampleAccount'),
        },
        d1Databases: { DB: 'db' },
        queueProducers: { EVENTS: 'events' },
        queueConsumers: { events: { maxBatchSize: 10, maxBatchTimeout: 0, maxRetries: 100 } },
        unsafeDirectSockets: [{ host: '127.0.0.1' }],
      },
    ],
  }),
)
await miniflare.ready
process.stdout.write(`${JSON.stringify({ url: (await miniflare.unsafeGetDirectURL('orders')).origin })}\n`)
// Until it is killed.
process.stdin.resume()
