/** Reads the bindings and secrets of a Worker from its wrangler configuration. */

import { faultOf } from '../manifest/yaml/fault.ts'
import type { Queues } from '../record/check/deliveries.ts'
import { type Given, SECTIONS } from '../record/check/needs.ts'
import { loadWrangler } from './dev/peers.ts'

/** What a wrangler configuration says of a Worker. */
export interface WorkerConfig extends Given {
  /** The variables of a mesh, `MESH_*`, as the Worker reads them. */
  readonly variables: Readonly<Record<string, string>>
  /** Compatibility flags that it sets. */
  readonly flags: readonly string[]
  readonly compatibilityDate: string | undefined
  /** Has it an address of the internet: of `workers.dev`, which it has unless it is switched off, or a route? */
  readonly isPublic: boolean
}

/**
 * Bindings, variables and declared secrets of a wrangler configuration, and its compatibility flags.
 *
 * @param env one of its environments.
 * @throws Fault where it cannot be read.
 */
export async function readWorkerConfig(file: string, env?: string): Promise<WorkerConfig> {
  const { unstable_readConfig: readConfig } = await loadWrangler()
  try {
    const config = readConfig({ config: file, ...(env === undefined ? {} : { env }) }, { hideWarnings: true })
    return {
      bindings: new Map(SECTIONS.flatMap((section) => namesIn(config, section).map((name) => [name, section]))),
      values: new Set([...Object.keys(config.vars), ...(config.secrets?.required ?? [])]),
      queues: queuesIn(config),
      variables: Object.fromEntries(
        Object.entries(config.vars)
          .filter(([name]) => name.startsWith('MESH_'))
          .map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]),
      ),
      flags: config.compatibility_flags,
      compatibilityDate: config.compatibility_date,
      isPublic: isPublic(config),
    }
  } catch (cause) {
    throw faultOf(`${file}:`, cause)
  }
}

function isPublic({ workers_dev: isOnWorkersDev, route, routes = [] }: Reachable): boolean {
  return isOnWorkersDev !== false || route !== undefined || routes.length > 0
}

/** As much of a configuration as says so. */
interface Reachable {
  readonly workers_dev?: boolean | undefined
  readonly route?: unknown
  readonly routes?: readonly unknown[] | undefined
}

/** As much of a configuration as says of queues. */
interface Queued {
  readonly queues?:
    | {
        readonly producers?: readonly { readonly binding: string; readonly queue: string }[] | undefined
        readonly consumers?:
          | readonly {
              readonly queue: string
              readonly max_retries?: number | null | undefined
              readonly dead_letter_queue?: string | undefined
            }[]
          | undefined
      }
    | undefined
}

/** Retries where a configuration does not say how many (Queues, consumers). */
const MAX_RETRIES = 3

export function queuesIn({ queues: { producers = [], consumers = [] } = {} }: Queued): Queues {
  return {
    produced: new Map(producers.map(({ binding, queue }) => [binding, queue])),
    consumed: new Map(
      consumers.map(({ queue, max_retries: maxRetries, dead_letter_queue: deadLetterQueue }) => [
        queue,
        { maxRetries: maxRetries ?? MAX_RETRIES, deadLetterQueue },
      ]),
    ),
  }
}

/** The names of the bindings in a section: the field is `binding`, or `name` in some sections. */
function namesIn(config: object, section: string): string[] {
  let part: unknown = config
  for (const step of section.split('.')) part = (part as Readonly<Record<string, unknown>> | undefined)?.[step]
  const all = (part ?? []) as readonly { readonly binding?: string; readonly name?: string }[]
  return all.flatMap(({ binding, name }) => binding ?? name ?? [])
}
