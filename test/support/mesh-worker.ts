/** The built Worker, `dist/worker.js`, in workerd: sockets of its own, a local KV behind REGISTRY, other Workers bound to it. */
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare, type V4WorkerdStructuredLog } from 'miniflare'
import { controlModules } from '../../src/cli/dev/built.ts'
import { type Answer, type CallOptions, call, type OpenCall, open } from './http-client.ts'

export const bundlePath = fileURLToPath(new URL('../../dist/worker.js', import.meta.url))
export const compatibility = {
  compatibilityDate: '2026-10-01',
  compatibilityFlags: ['enable_request_signal', 'request_signal_passthrough', 'no_nodejs_global_timers'],
}

const STATS_OBJECT = { className: 'StatsObject', useSQLite: true }
const QUOTA_OBJECT = { className: 'QuotaObject', useSQLite: true }

export interface MeshWorkerOptions {
  /** Variables of the Worker: MESH_FRESH and the like. */
  readonly vars?: Record<string, string>
  /** Records that are there before the first request: service name to URL or record. */
  readonly records?: Record<string, unknown>
  /** Workers bound to the mesh, by the name of the binding; each is the source of one module. `env.MESH` is the mesh's trusted entrypoint, told their name as `caller`. */
  readonly bindings?: Record<string, string>
  /** Scripts of a dispatch namespace bound as DISPATCH, by name; each is the source of one module. */
  readonly scripts?: Record<string, string>
  /** Durable Objects: the source of one module that exports the class `Room`, bound as ROOMS. */
  readonly rooms?: string
  /** The source of a Worker that consumes the queue bound as JOBS. It is a binding, CONSUMER, too. */
  readonly consumer?: string
  /** Rate limit bindings: how many in how many seconds, 10 or 60. */
  readonly ratelimits?: Record<string, { readonly limit: number; readonly period: 10 | 60 }>
  /** Told what the mesh's Worker and the others write to their consoles. Default: nobody is, and the mesh is quiet. */
  readonly onLog?: (message: string) => void
  /** Does `dist/control.js` stand behind CONTROL? Default: no, and nothing does. */
  readonly control?: boolean | { readonly vars: Record<string, string> }
  /** The module to run in place of the built Worker. */
  readonly source?: string
}

export interface MeshWorker {
  /** The public entrance: `http://127.0.0.1:N`. */
  readonly url: string
  /** A Worker whose binding names it and passes on what it is sent: what comes in here is believed. Names are said as Host. */
  readonly trustedUrl: string
  /** The same by the entrance that a binding without a name has: a member, but believed no more than a stranger. */
  readonly unnamedUrl: string
  /** The workerd process. */
  readonly pid: number
  /** What the Workers wrote to their console, and what workerd said of exceptions that nobody caught: nothing of it is printed. */
  readonly said: readonly string[]
  /** The entrance of a Worker in `bindings`. */
  bindingUrl(binding: string): Promise<string>
  /** Writes `services/<name>`: a string as it is, anything else as JSON. */
  put(name: string, record: unknown): Promise<void>
  delete(name: string): Promise<void>
  /** A call on a mesh host: `/svc/users/42`. */
  call(path: string, options?: CallOptions): Promise<Answer>
  open(path: string, options?: CallOptions): OpenCall
  /** A call from inside the trust boundary, by name. */
  callTrusted(name: string, path: string, options?: CallOptions): Promise<Answer>
  dispose(): Promise<void>
}

export async function startMesh({
  vars = {},
  records = {},
  bindings: plain = {},
  scripts = {},
  rooms,
  consumer,
  ratelimits = {},
  onLog,
  control = false,
  source = readFileSync(bundlePath, 'utf8'),
}: MeshWorkerOptions = {}): Promise<MeshWorker> {
  const before = new Set(workerdPids())
  const said: string[] = []
  const bindings = consumer === undefined ? plain : { ...plain, CONSUMER: consumer }
  const scriptName = (script: string) => `script-${script}`
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      cf: false,
      log: new Log(LogLevel.NONE),
      // Exceptions of a Worker are for the assertions to find, not for the terminal.
      handleStructuredLogs: ({ message }: V4WorkerdStructuredLog) => {
        said.push(message)
        onLog?.(message)
      },
      workers: [
        {
          name: 'selvedge',
          ...compatibility,
          modules: [{ type: 'ESModule', path: 'worker.js', contents: source }],
          kvNamespaces: { REGISTRY: 'registry' },
          bindings: onLog ? vars : { MESH_LOG: 'off', ...vars },
          serviceBindings: {
            ...Object.fromEntries(Object.keys(bindings).map((name) => [name, workerName(name)])),
            ...(control ? { CONTROL: 'control' } : {}),
            DISPATCH: { name: 'dispatcher', entrypoint: 'Dispatcher' },
          },
          ratelimits: Object.fromEntries(
            Object.entries(ratelimits).map(([name, simple], index) => [
              name,
              { namespace_id: `${1001 + index}`, simple },
            ]),
          ),
          durableObjects: {
            ...(rooms === undefined ? {} : { ROOMS: { className: 'Room', scriptName: 'rooms' } }),
            ...(control ? { STATS_OBJECT: { ...STATS_OBJECT, scriptName: 'control' } } : {}),
            ...(control ? { QUOTA_OBJECT: { ...QUOTA_OBJECT, scriptName: 'control' } } : {}),
            ...(control
              ? { REGISTRY_OBJECT: { className: 'RegistryObject', useSQLite: true, scriptName: 'control' } }
              : {}),
          },
          ...(consumer === undefined ? {} : { queueProducers: { JOBS: 'jobs' } }),
          // Straight from workerd's own socket: the entry Worker of the simulator would hide a client that hangs up.
          unsafeDirectSockets: [{ host: '127.0.0.1' }, { host: '127.0.0.1', entrypoint: 'MeshEntrypoint' }],
        },
        ...Object.entries(bindings).map(([name, contents]) => ({
          name: workerName(name),
          ...compatibility,
          modules: [{ type: 'ESModule' as const, path: 'worker.js', contents }],
          serviceBindings: {
            MESH: { name: 'selvedge', entrypoint: 'MeshEntrypoint', props: { caller: workerName(name) } },
          },
          ...(control ? { durableObjects: { STATS_OBJECT: { ...STATS_OBJECT, scriptName: 'control' } } } : {}),
          ...(name === 'CONSUMER' ? { queueConsumers: { jobs: { maxBatchTimeout: 0 } } } : {}),
          unsafeDirectSockets: [{ host: '127.0.0.1' }],
        })),
        {
          name: 'member',
          ...compatibility,
          modules: [{ type: 'ESModule' as const, path: 'worker.js', contents: member }],
          serviceBindings: {
            MESH: { name: 'selvedge', entrypoint: 'MeshEntrypoint', props: { caller: 'member' } },
          },
          unsafeDirectSockets: [{ host: '127.0.0.1' }],
        },
        ...(control ? [await controlWorker(control === true ? {} : control.vars)] : []),
        {
          name: 'dispatcher',
          ...compatibility,
          modules: [{ type: 'ESModule' as const, path: 'worker.js', contents: dispatcher }],
          serviceBindings: Object.fromEntries(Object.keys(scripts).map((name) => [name, scriptName(name)])),
        },
        ...Object.entries(scripts).map(([name, contents]) => ({
          name: scriptName(name),
          ...compatibility,
          modules: [{ type: 'ESModule' as const, path: 'worker.js', contents }],
        })),
        ...(rooms === undefined
          ? []
          : [
              {
                name: 'rooms',
                ...compatibility,
                modules: [{ type: 'ESModule' as const, path: 'worker.js', contents: rooms }],
                durableObjects: { ROOMS: { className: 'Room' } },
              },
            ]),
      ],
    }),
  )
  await miniflare.ready
  const pid = workerdPids().find((pid) => !before.has(pid))
  if (pid === undefined) throw new Error('workerd is not among the children of this process.')

  const registry = await miniflare.getKVNamespace('REGISTRY', 'selvedge')
  const put: MeshWorker['put'] = (name, record) =>
    registry.put(`services/${name}`, typeof record === 'string' ? record : JSON.stringify(record))
  await Promise.all(Object.entries(records).map(([name, record]) => put(name, record)))

  const url = origin(await miniflare.unsafeGetDirectURL('selvedge'))
  const trustedUrl = origin(await miniflare.unsafeGetDirectURL('member'))
  const unnamedUrl = origin(await miniflare.unsafeGetDirectURL('selvedge', 'MeshEntrypoint'))
  return {
    url,
    trustedUrl,
    unnamedUrl,
    pid,
    said,
    bindingUrl: async (binding) => origin(await miniflare.unsafeGetDirectURL(workerName(binding))),
    put,
    delete: (name) => registry.delete(`services/${name}`),
    call: (path, options) => call(url + path, options),
    open: (path, options) => open(url + path, options),
    callTrusted: (name, path, options) =>
      call(trustedUrl + path, { ...options, headers: { ...options?.headers, host: name } }),
    dispose: () => miniflare.dispose(),
  }
}

/** The control plane, with the texts that it serves. */
async function controlWorker(vars: Record<string, string>) {
  return {
    name: 'control',
    ...compatibility,
    modules: await controlModules(new URL(`file://${bundlePath}`)),
    bindings: vars,
    kvNamespaces: { REGISTRY: 'registry' },
    durableObjects: {
      REGISTRY_OBJECT: { className: 'RegistryObject', useSQLite: true },
      STATS_OBJECT,
      QUOTA_OBJECT,
    },
  }
}

/** Resident memory of a process, in bytes. */
export function residentBytes(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return Number(kilobytes) * 1024
}

/** Children of this process that are workerd. */
function workerdPids(): number[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .filter((pid) => {
      try {
        // pid (command) state parent …
        const [, command, parent] = /^\d+ \((.*)\) \S (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? []
        return command === 'workerd' && Number(parent) === process.pid
      } catch {
        return false
      }
    })
    .map(Number)
}

/** A dispatch namespace, which miniflare does not have: what it gives is pipelined, so that a miss rejects at the fetch. */
const dispatcher = `
  import { WorkerEntrypoint } from 'cloudflare:workers'
  export class Dispatcher extends WorkerEntrypoint {
    get(name) {
      const script = Object.hasOwn(this.env, name) ? this.env[name] : undefined
      if (!script) throw new Error('Worker not found.')
      return script
    }
  }
  export default {}`

const member = 'export default { fetch: (request, { MESH }) => MESH.fetch(request) }'

const workerName = (binding: string) => binding.toLowerCase()
const origin = (url: URL) => url.origin
