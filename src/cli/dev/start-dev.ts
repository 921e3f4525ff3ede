/** Runs the mesh in workerd on this machine: its Worker, its KV, and the Workers beside it. No account, no network. */
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { relative } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Miniflare, V4WorkerdStructuredLog, V4WorkerOptions } from 'miniflare'
import { Fault } from '../fault.ts'
import { type LocalWorker, localWorker } from './local-worker.ts'
import { loadMiniflare } from './peers.ts'
import { recordComplaint } from './record-complaint.ts'
import { parseRegistryFile } from './registry-file.ts'
import { type RegistryStore, registryWriter } from './registry-writer.ts'
import { watchText } from './watch-text.ts'

export interface DevOptions {
  /** A registry file, JSON or YAML: KV is seeded from it and follows it. Without one, KV is empty. */
  readonly registry?: string
  /** On 127.0.0.1; 0 takes any that is free. Default 8787. */
  readonly port?: number
  /** Folders with a wrangler configuration: Workers to run beside the mesh and to bind to it. */
  readonly with?: readonly string[]
  /** Variables of the mesh Worker (`MESH_FRESH`, …). */
  readonly vars?: Readonly<Record<string, string>>
  /** The built Worker. Default: `worker.js` beside this file. */
  readonly worker?: URL
  /** Told what happens while the mesh runs. */
  readonly on?: Partial<DevEvents>
}

export interface DevEvents {
  /** Something was done: a change in the registry file reached KV. */
  note(line: string): void
  /** Something is not as it should be; the mesh goes on with what it had. */
  warn(line: string): void
  /** A Worker wrote to its console. */
  log(line: string): void
}

export interface Dev {
  /** Where the mesh listens, without a slash at the end. */
  readonly url: string
  /** The mesh's KV namespace. */
  readonly kv: RegistryStore
  /** KV keys written from the registry file. */
  readonly keys: readonly string[]
  /** Workers bound to the mesh. */
  readonly bound: readonly Bound[]
  /** Ends all that was started. */
  dispose(): Promise<void>
}

export interface Bound {
  /** What an endpoint says: `{ "binding": "ORDER" }`. */
  readonly binding: string
  readonly worker: string
  readonly dir: string
}

const HOST = '127.0.0.1'
const MESH = 'selvedge'
const KV_ID = 'selvedge-registry'
const READY_WITHIN_MS = 15_000

/** Resolves once the mesh answers. */
export async function startDev(options: DevOptions = {}): Promise<Dev> {
  const events: DevEvents = { note: () => {}, warn: () => {}, log: () => {}, ...options.on }
  const file = options.registry
  const text = file === undefined ? undefined : await readRegistry(file)
  const entries = file === undefined || text === undefined ? new Map<string, string>() : parseRegistryFile(text, file)

  const port = options.port ?? 8787
  if (port !== 0) await assertFree(port)
  const worker = await readWorker(options.worker ?? new URL('./worker.js', import.meta.url))
  const beside = await Promise.all((options.with ?? []).map(localWorker))
  assertBound(beside)

  const mesh: V4WorkerOptions = {
    name: MESH,
    modules: [{ type: 'ESModule', path: 'worker.js', contents: worker }],
    compatibilityDate: '2026-10-01',
    compatibilityFlags: ['enable_request_signal', 'request_signal_passthrough'],
    bindings: { ...options.vars },
    kvNamespaces: { REGISTRY: KV_ID },
    serviceBindings: Object.fromEntries(beside.map(({ name }) => [bindingName(name), name])),
    // Straight to the mesh: Miniflare's own entry would stand before it, hide a client's abort and dress up errors.
    unsafeDirectSockets: [{ host: HOST, port }],
  }
  const { miniflare, url } = await startWorkerd([mesh, ...beside.map(withRegistry)], events)

  try {
    const kv = await miniflare.getKVNamespace('REGISTRY', MESH)
    const store: RegistryStore = { put: (key, value) => kv.put(key, value), delete: (key) => kv.delete(key) }
    const writer = registryWriter(store)
    const bindings = new Set(beside.map(({ name }) => bindingName(name)))
    const write = async (entries: ReadonlyMap<string, string>) => {
      const written = await writer.write(entries)
      for (const key of [...written.added, ...written.changed]) {
        const complaint = recordComplaint(key, entries.get(key) ?? '', bindings)
        if (complaint) events.warn(`${file}: ${complaint}`)
      }
      return written
    }
    await write(entries)
    await healthy(url)
    const unwatch =
      file === undefined || text === undefined
        ? () => {}
        : watchText(file, text, {
            async text(text) {
              const next = parsed(text, file, events)
              if (!next) return
              const { added, changed, removed } = await write(next)
              const parts = Object.entries({ added, changed, removed }).filter(([, keys]) => keys.length > 0)
              if (parts.length === 0) return
              events.note(`${file}: ${parts.map(([what, keys]) => `${what} ${names(keys)}`).join(', ')}`)
            },
            unreadable: (error) => events.warn(`${error.message}; what was last read goes on.`),
          })
    return {
      url,
      kv: store,
      keys: [...entries.keys()],
      bound: beside.map(({ name, dir }) => ({ binding: bindingName(name), worker: name, dir })),
      async dispose() {
        unwatch()
        await miniflare.dispose()
      },
    }
  } catch (error) {
    await miniflare.dispose()
    throw error
  }
}

/** `order` is bound as ORDER, `order-history` as ORDER_HISTORY. */
export function bindingName(worker: string): string {
  return worker.toUpperCase().replace(/[^A-Z0-9]+/g, '_')
}

async function readRegistry(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((cause: Error) => {
    throw new Fault(`The registry file cannot be read: ${cause.message}`, { cause })
  })
}

async function readWorker(from: URL): Promise<string> {
  return readFile(from, 'utf8').catch((cause) => {
    throw new Fault(`The mesh's Worker is not at ${relative('', fileURLToPath(from))}: npm run build makes it.`, {
      cause,
    })
  })
}

/** workerd says of a port that is taken only that a socket failed. */
function assertFree(port: number): Promise<void> {
  const probe = createServer()
  return new Promise((resolve, reject) => {
    probe.once('error', (cause: NodeJS.ErrnoException) => {
      const why = cause.code === 'EADDRINUSE' ? 'is taken' : `cannot be used (${cause.code})`
      reject(new Fault(`Port ${port} ${why} on ${HOST}: choose another with --port.`, { cause }))
    })
    probe.listen(port, HOST, () => probe.close(() => resolve()))
  })
}

/** Each Worker has a name and a binding of its own, and each that another one asks for is here. */
function assertBound(workers: readonly LocalWorker[]): void {
  const taken = new Map([
    [bindingName(MESH), 'the mesh'],
    ['REGISTRY', "the mesh's KV namespace"],
  ])
  for (const { name, dir } of workers) {
    const binding = bindingName(name)
    const other = taken.get(binding)
    if (other) throw new Fault(`${dir}: the Worker "${name}" would be bound as ${binding}, which is ${other}.`)
    taken.set(binding, `the Worker in ${dir}`)
  }
  const names = new Set([MESH, ...workers.map(({ name }) => name)])
  for (const { name, options } of workers) {
    for (const [binding, service] of Object.entries(options.serviceBindings ?? {})) {
      const target = targetOf(service)
      if (target === undefined || names.has(target)) continue
      throw new Fault(
        `The Worker "${name}" binds ${binding} to "${target}", which is not here: add its folder with --with.`,
      )
    }
  }
}

function targetOf(service: unknown): string | undefined {
  if (typeof service === 'string') return service
  if (typeof service !== 'object' || service === null || !('name' in service)) return undefined
  return typeof service.name === 'string' ? service.name : undefined
}

/** A Worker that declares a KV namespace REGISTRY means the mesh's. */
function withRegistry({ options }: LocalWorker): V4WorkerOptions {
  const kvNamespaces = options.kvNamespaces
  if (!kvNamespaces || Array.isArray(kvNamespaces) || !('REGISTRY' in kvNamespaces)) return options
  return { ...options, kvNamespaces: { ...kvNamespaces, REGISTRY: KV_ID } }
}

async function startWorkerd(
  workers: V4WorkerOptions[],
  events: DevEvents,
): Promise<{ miniflare: Miniflare; url: string }> {
  const { Miniflare, convertV4MiniflareOptions } = await loadMiniflare()
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      workers,
      host: HOST,
      // Else it asks Cloudflare where we are.
      cf: false,
      logRequests: false,
      handleStructuredLogs: ({ message }: V4WorkerdStructuredLog) => events.log(message),
    }),
  )
  try {
    await miniflare.ready
    const url = await miniflare.unsafeGetDirectURL(MESH)
    return { miniflare, url: url.origin }
  } catch (cause) {
    // What never started fails once more when it is ended.
    await miniflare.dispose().catch(() => {})
    throw new Fault(`workerd did not start: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
  }
}

async function healthy(url: string): Promise<void> {
  const until = Date.now() + READY_WITHIN_MS
  let last = 'nothing'
  while (Date.now() < until) {
    try {
      const response = await fetch(`${url}/-/healthz`, { signal: AbortSignal.timeout(READY_WITHIN_MS) })
      const body = await response.text()
      if (response.status === 200) return
      last = `${response.status} ${body.slice(0, 200)}`
    } catch (error) {
      last = error instanceof Error ? error.message : String(error)
    }
    await sleep(50)
  }
  throw new Fault(`The mesh did not become healthy within ${READY_WITHIN_MS} ms: ${url}/-/healthz answered ${last}.`)
}

function parsed(text: string, file: string, events: DevEvents): Map<string, string> | undefined {
  try {
    return parseRegistryFile(text, file)
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    events.warn(`${error.message} What was last read goes on.`)
    return undefined
  }
}

function names(keys: readonly string[]): string {
  return keys.map((key) => key.replace(/^services\//, '')).join(' ')
}
