/** What a record needs of the Worker that reads it: bindings, and the secrets that it names. */
import type { Endpoint } from '../../core/endpoint.ts'
import { KINDS, type KnownTarget, kindOf } from '../../targets/kinds.ts'

/** What a Worker has. */
export interface Given {
  /** Bindings that an endpoint can name, and the section of the configuration in which each is said. */
  readonly bindings: ReadonlyMap<string, string>
  /** Names of variables and secrets. */
  readonly values: ReadonlySet<string>
}

export interface Lack {
  /** Which of the record's endpoints it is, from 0. */
  readonly endpoint: number
  /** A binding that is not there, and where it would be said; or a secret. */
  readonly name: string
  readonly section: string | undefined
  /** What the name is bound as, where it is bound as something else. */
  readonly boundAs: string | undefined
}

/** The sections in which a wrangler configuration says what endpoints can name. */
export const SECTIONS = Object.values<{ readonly section?: string }>(KINDS).flatMap(({ section }) => section ?? [])

/** Everything that these endpoints need and the Worker has not. */
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
