/** Who is bound to whom: the mesh to the Workers beside it, they to the mesh and to each other. */
import type { V4WorkerOptions } from 'miniflare'
import { Fault } from '../../manifest/yaml/fault.ts'
import type { LocalWorker } from './local-worker.ts'

/** The mesh's Worker, as the services of other Workers name it. */
export const MESH = 'selvedge'
/** The control plane's, which is bound to the mesh as CONTROL. */
export const CONTROL = 'selvedge-control'
/** The id of the mesh's KV namespace. */
export const REGISTRY_ID = 'selvedge-registry'

/** `order` is bound as ORDER, `order-history` as ORDER_HISTORY. */
export function bindingName(worker: string): string {
  return worker.toUpperCase().replace(/[^A-Z0-9]+/g, '_')
}

/**
 * Each Worker has a name and a binding of its own, and each that another one asks for is here.
 *
 * @throws Fault that names the one that is not.
 */
export function assertBound(workers: readonly LocalWorker[]): void {
  const taken = new Map([
    [bindingName(MESH), 'the mesh'],
    [bindingName(CONTROL), 'the control plane'],
    ['CONTROL', 'the control plane'],
    ['REGISTRY', "the mesh's KV namespace"],
    ['STATS_OBJECT', "the control plane's object"],
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

/** A Worker that declares a KV namespace REGISTRY means the mesh's. */
export function withRegistry({ options }: LocalWorker): V4WorkerOptions {
  const kvNamespaces = options.kvNamespaces
  if (!kvNamespaces || Array.isArray(kvNamespaces) || !('REGISTRY' in kvNamespaces)) return options
  return { ...options, kvNamespaces: { ...kvNamespaces, REGISTRY: REGISTRY_ID } }
}
