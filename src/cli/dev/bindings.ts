/** The service bindings of `dev`: from the mesh to the Workers beside it, and from them to the mesh and to each other. */
import type { V4WorkerOptions } from 'miniflare'
import { Fault } from '../../manifest/yaml/fault.ts'
import type { LocalWorker } from './local-worker.ts'

/** The mesh's Worker, as the services of other Workers name it. */
export const MESH = 'selvedge'
/** The name of the control plane's Worker, which the mesh has as CONTROL. */
export const CONTROL = 'selvedge-control'
/** The id of the mesh's KV namespace. */
export const REGISTRY_ID = 'selvedge-registry'

/** The binding of a Worker: `order` is ORDER, `order-history` is ORDER_HISTORY. */
export function bindingName(worker: string): string {
  return worker.toUpperCase().replace(/[^A-Z0-9]+/g, '_')
}

/**
 * Checks that each Worker has its own name and binding, and that each service that a Worker is bound to is here.
 *
 * @throws Fault that names the Worker at fault.
 */
export function assertBound(workers: readonly LocalWorker[]): void {
  const taken = new Map([
    [bindingName(MESH), 'the mesh'],
    [bindingName(CONTROL), 'the control plane'],
    ['CONTROL', 'the control plane'],
    ['REGISTRY', "the mesh's KV namespace"],
    ['STATS_OBJECT', "the control plane's object"],
    ['QUOTA_OBJECT', "the control plane's object"],
    ['DEAD_LETTERS', "the control plane's object"],
    ['INBOX_OBJECT', "the control plane's object"],
    ['SAGAS_OBJECT', "the control plane's object"],
  ])
  for (const { name, dir } of workers) {
    const binding = bindingName(name)
    const other = taken.get(binding)
    if (other) throw new Fault(`${dir}: the Worker "${name}" would be bound as ${binding}, which is ${other}.`)
    taken.set(binding, `the Worker in ${dir}`)
  }
  const names = new Set([MESH, CONTROL, ...workers.map(({ name }) => name)])
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

/**
 * The Workflows of Workers beside the mesh, by the names that those have for them: for endpoints that start sagas, and for the control
 * plane, which hands on what is decided of one.
 *
 * @throws Fault where two Workers have one of the same name.
 */
export function workflowsOf(workers: readonly LocalWorker[]): NonNullable<V4WorkerOptions['workflows']> {
  const found: NonNullable<V4WorkerOptions['workflows']> = {}
  for (const { name: worker, dir, options } of workers) {
    for (const [binding, workflow] of Object.entries(options.workflows ?? {})) {
      // That of another Worker is found there.
      if (workflow.scriptName !== undefined && workflow.scriptName !== worker) continue
      if (found[binding])
        throw new Fault(`${dir}: another Worker has a Workflow ${binding}, too: name one of them otherwise.`)
      found[binding] = { ...workflow, scriptName: worker }
    }
  }
  return found
}

/** A Worker with a KV namespace REGISTRY gets that of the mesh. */
export function withRegistry({ options }: LocalWorker): V4WorkerOptions {
  const kvNamespaces = options.kvNamespaces
  if (!kvNamespaces || Array.isArray(kvNamespaces) || !('REGISTRY' in kvNamespaces)) return options
  return { ...options, kvNamespaces: { ...kvNamespaces, REGISTRY: REGISTRY_ID } }
}
