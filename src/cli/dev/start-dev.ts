/** Runs the mesh in workerd on this machine: its Worker, its KV, its control plane, and the Workers beside it. No account, no network. */
import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { V4WorkerOptions } from 'miniflare'
import { Fault } from '../../manifest/yaml/fault.ts'
import type { Given } from '../../record/check/needs.ts'
import { assertBound, bindingName, CONTROL, MESH, REGISTRY_ID, withRegistry, workflowsOf } from './bindings.ts'
import { builtText, controlModules } from './built.ts'
import { bundled } from './bundled.ts'
import { localWorker } from './local-worker.ts'
import { assertFree, HOST } from './port.ts'
import { type RegistryEvents, registrySource } from './registry-source.ts'
import type { RegistryStore } from './registry-writer.ts'
import { dealt, newToken } from './vars.ts'
import { startWorkerd } from './workerd.ts'

export interface DevOptions {
  /** A registry file, JSON or YAML: KV is seeded from it and follows it. Without one, KV is empty. */
  readonly registry?: string
  /** On 127.0.0.1; 0 takes any that is free. Default 8787. */
  readonly port?: number
  /** Folders with a wrangler configuration: Workers to run beside the mesh and to bind to it. */
  readonly with?: readonly string[]
  /**
   * Variables and secrets: `ADMIN_*` and `REGISTRY_SCAN` are the control plane's, `MESH_GRANT_KEY`, `MESH_TRUST` and `MESH_KEY` are for
   * both, all others (`MESH_FRESH`, `AWS_ACCESS_KEY_ID`, …) are the mesh's.
   */
  readonly vars?: Readonly<Record<string, string>>
  /** The built Worker, with that of the control plane beside it. Default: `worker.js` beside this file. */
  readonly worker?: URL
  /** The source of a mesh Worker of one's own parts, to run in its place. Default: none. */
  readonly parts?: string
  /** Called on events while the mesh runs. */
  readonly on?: Partial<DevEvents>
}

export interface DevEvents extends RegistryEvents {
  /** A Worker wrote to its console. */
  log(line: string): void
}

export interface Dev {
  /** The URL of the mesh, without a slash at the end. */
  readonly url: string
  /** How old a record may be before the mesh asks KV again: its MESH_FRESH. */
  readonly fresh: string
  /** The mesh's KV namespace. */
  readonly kv: RegistryStore
  /** KV keys written from the registry file. */
  readonly keys: readonly string[]
  /** Workers bound to the mesh. */
  readonly bound: readonly Bound[]
  /** Stops everything that was started. */
  dispose(): Promise<void>
}

export interface Bound {
  /** The binding for endpoints: `{ "binding": "ORDER" }`. */
  readonly binding: string
  readonly worker: string
  readonly dir: string
}

const READY_WITHIN_MS = 5000
/** A tenth of the default, since the developer waits for it. */
const FRESH = '500ms'
/** Every request: whoever tries `simulate` here has made a few. */
const SHAPES = '1'
const STATS_OBJECT = { className: 'StatsObject', useSQLite: true }
const QUOTA_OBJECT = { className: 'QuotaObject', useSQLite: true }
const DEAD_LETTERS = { className: 'DeadLettersObject', useSQLite: true }
const INBOX_OBJECT = { className: 'InboxObject', useSQLite: true }
/** A Worker beside the mesh binds it by `script_name = "selvedge-control"`. */
const SAGAS_OBJECT = { className: 'SagasObject', useSQLite: true }
const REGISTRY_OBJECT = { className: 'RegistryObject', useSQLite: true }

/** Resolves once the mesh answers. */
export async function startDev(options: DevOptions = {}): Promise<Dev> {
  const events: DevEvents = { note: () => {}, warn: () => {}, log: () => {}, ...options.on }
  const source = options.registry === undefined ? undefined : await registrySource(options.registry)
  const port = options.port ?? 8787
  if (port !== 0) await assertFree(port)
  const from = options.worker ?? new URL('./worker.js', import.meta.url)
  const { parts } = options
  const own = parts === undefined ? builtText(from) : bundled(resolve(parts), process.cwd())
  const [worker, control] = await Promise.all([own, controlModules(from)])
  const beside = await Promise.all((options.with ?? []).map(localWorker))
  assertBound(beside)
  const workflows = workflowsOf(beside)

  const said = { MESH_FRESH: FRESH, MESH_SHAPES: SHAPES, MESH_GRANT_KEY: newToken(), ...options.vars }
  const { mesh: vars, control: controlVars } = dealt(said)
  const mesh: V4WorkerOptions = {
    name: MESH,
    modules: [{ type: 'ESModule', path: 'worker.js', contents: worker }],
    compatibilityDate: '2026-10-01',
    compatibilityFlags: ['enable_request_signal', 'request_signal_passthrough', 'no_nodejs_global_timers'],
    bindings: vars,
    kvNamespaces: { REGISTRY: REGISTRY_ID },
    serviceBindings: { ...Object.fromEntries(beside.map(({ name }) => [bindingName(name), name])), CONTROL },
    durableObjects: {
      STATS_OBJECT: { ...STATS_OBJECT, scriptName: CONTROL },
      QUOTA_OBJECT: { ...QUOTA_OBJECT, scriptName: CONTROL },
      REGISTRY_OBJECT: { ...REGISTRY_OBJECT, scriptName: CONTROL },
      DEAD_LETTERS: { ...DEAD_LETTERS, scriptName: CONTROL },
      INBOX_OBJECT: { ...INBOX_OBJECT, scriptName: CONTROL },
    },
    workflows,
    // Directly to the mesh: Miniflare's entry Worker would hide a client's abort and change errors.
    unsafeDirectSockets: [{ host: HOST, port }],
  }
  const controlPlane: V4WorkerOptions = {
    name: CONTROL,
    modules: control,
    compatibilityDate: '2026-10-01',
    bindings: controlVars,
    kvNamespaces: { REGISTRY: REGISTRY_ID },
    workflows,
    durableObjects: { REGISTRY_OBJECT, STATS_OBJECT, QUOTA_OBJECT, DEAD_LETTERS, INBOX_OBJECT, SAGAS_OBJECT },
  }
  const miniflare = await startWorkerd([mesh, controlPlane, ...beside.map(withRegistry)], (line) => events.log(line))

  try {
    const url = (await miniflare.unsafeGetDirectURL(MESH)).origin
    const kv = await miniflare.getKVNamespace('REGISTRY', MESH)
    const store: RegistryStore = { put: (key, value) => kv.put(key, value), delete: (key) => kv.delete(key) }
    const given: Given = {
      bindings: new Map([
        ...beside.map(({ name }) => [bindingName(name), 'services'] as const),
        ...Object.keys(workflows).map((name) => [name, 'workflows'] as const),
        ['QUOTA_OBJECT', 'durable_objects.bindings'],
      ]),
      values: new Set(Object.keys(vars)),
    }
    await healthy(url)
    const stop = await source?.feed(store, { given, domain: vars.MESH_DOMAIN ?? 'mesh' }, events)
    return {
      url,
      fresh: vars.MESH_FRESH ?? FRESH,
      kv: store,
      keys: source?.keys ?? [],
      bound: beside.map(({ name, dir }) => ({ binding: bindingName(name), worker: name, dir })),
      async dispose() {
        stop?.()
        await miniflare.dispose()
      },
    }
  } catch (error) {
    await miniflare.dispose()
    throw error
  }
}

async function healthy(url: string): Promise<void> {
  const until = performance.now() + READY_WITHIN_MS
  for (;;) {
    const answer = await ask(`${url}/-/healthz`)
    if (answer instanceof Response) {
      const body = await answer.text()
      if (answer.ok) return
      // It runs and refuses its configuration: waiting does not help.
      throw new Fault(`The mesh is not healthy: ${answer.status} ${body}`)
    }
    if (performance.now() > until) throw new Fault(`The mesh did not answer on ${url}: ${answer.message}`)
    await sleep(50)
  }
}

function ask(url: string): Promise<Response | Error> {
  return fetch(url, { signal: AbortSignal.timeout(READY_WITHIN_MS) }).catch((error: Error) => error)
}
