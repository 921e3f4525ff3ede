/** The bindings and secrets that a record needs in the mesh's Worker. */
import type { Endpoint } from '../../core/endpoint.ts'
import { KINDS, type KnownTarget, kindOf } from '../../targets/kinds.ts'
import type { Queues } from './deliveries.ts'

/** The bindings and secrets of a Worker. */
export interface Given {
  /** The bindings that an endpoint can name, each with its section of the configuration. */
  readonly bindings: ReadonlyMap<string, string>
  /** Names of variables and secrets. */
  readonly values: ReadonlySet<string>
  /** Its queues, where its configuration was read. */
  readonly queues?: Queues | undefined
}

export interface Lack {
  /** The index of the endpoint, from 0. */
  readonly endpoint: number
  /** The missing binding with its section, or the missing secret. */
  readonly name: string
  readonly section: string | undefined
  /** The section in which the name is bound, where that is the wrong one. */
  readonly boundAs: string | undefined
}

/** The sections of a wrangler configuration with bindings that endpoints and rates can name. */
export const SECTIONS = [
  ...Object.values<{ readonly section?: string }>(KINDS).flatMap(({ section }) => section ?? []),
  'ratelimits',
]

/** All that these endpoints need and the Worker does not have. */
export function lacks(endpoints: readonly Endpoint<KnownTarget>[], { bindings, values }: Given): Lack[] {
  return endpoints.flatMap(({ target }, endpoint): Lack[] => {
    const kind = kindOf(target.kind)
    const missing = (name: string, section?: string, boundAs?: string) => ({ endpoint, name, section, boundAs })
    const secrets = (kind.secretsOf?.(target) ?? []).filter((name) => !values.has(name)).map((name) => missing(name))
    if (kind.section === undefined || !('binding' in target)) return secrets
    const boundAs = bindings.get(target.binding)
    return boundAs === kind.section ? secrets : [missing(target.binding, kind.section, boundAs), ...secrets]
  })
}
