/** What a Worker has, as its wrangler configuration says it. */

import { faultOf } from '../manifest/yaml/fault.ts'
import { loadWrangler } from './dev/peers.ts'
import type { Given, Section } from './needs.ts'

/**
 * Bindings, variables and declared secrets of a wrangler configuration.
 *
 * @param env one of its environments.
 * @throws Fault where it cannot be read.
 */
export async function readWorkerConfig(file: string, env?: string): Promise<Given> {
  const { unstable_readConfig: readConfig } = await loadWrangler()
  try {
    const config = readConfig({ config: file, ...(env === undefined ? {} : { env }) }, { hideWarnings: true })
    const objects: readonly { readonly name: string }[] = config.durable_objects.bindings
    const bound: readonly (readonly [Section, readonly { readonly binding: string }[]])[] = [
      ['services', config.services ?? []],
      ['dispatch_namespaces', config.dispatch_namespaces ?? []],
      ['durable_objects.bindings', objects.map(({ name }) => ({ binding: name }))],
      ['queues.producers', config.queues.producers ?? []],
    ]
    return {
      bindings: new Map(bound.flatMap(([section, all]) => all.map(({ binding }) => [binding, section]))),
      values: new Set([...Object.keys(config.vars), ...(config.secrets?.required ?? [])]),
    }
  } catch (cause) {
    throw faultOf(`${file}:`, cause)
  }
}
