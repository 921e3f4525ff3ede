/**
 * A process of its own that runs a Worker with sagas in Miniflare, on the local engine of Workflows, with all that it stores in a
 * folder. It writes a line of JSON, `{ url }`, and runs until it is killed.
 */
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from 'miniflare'

const [folder = '', file = '', code = 'old'] = process.argv.slice(2)

const miniflare = new Miniflare({
  ...convertV4MiniflareOptions({
    cf: false,
    log: new Log(LogLevel.NONE),
    handleStructuredLogs: () => {},
    workers: [
      {
        name: 'sagas',
        compatibilityDate: '2026-10-01',
        compatibilityFlags: ['enable_request_signal', 'request_signal_passthrough'],
        modules: [{ type: 'ESModule', path: file }],
        modulesRoot: '/',
        bindings: { CODE: code },
        durableObjects: {
          SERVICES: { className: 'Service', useSQLite: true },
          SAGAS_OBJECT: { className: 'SagasObject', useSQLite: true },
        },
        workflows: { SAGAS: { name: 'sagas', className: 'Sagas' } },
      },
    ],
  }),
  resourcePersistencePath: folder,
})
const url = await miniflare.ready
process.stdout.write(`${JSON.stringify({ url: url.origin })}\n`)
