/** What a record needs of the Worker that reads it: bindings, and the secrets that it names. */
import type { Credentials, Endpoint, Target } from '../core/endpoint.ts'

/** Where a Worker's configuration says a binding. */
export type Section = 'services' | 'dispatch_namespaces' | 'durable_objects.bindings' | 'queues.producers'

/** What a Worker has. */
export interface Given {
  /** Bindings that an endpoint can name, and where each is said. */
  readonly bindings: ReadonlyMap<string, Section>
  /** Names of variables and secrets. */
  readonly values: ReadonlySet<string>
}

export interface Lack {
  /** Which of the record's endpoints it is, from 0. */
  readonly endpoint: number
  /** A binding that is not there, and where it would be said; or a secret. */
  readonly name: string
  readonly section: Section | undefined
  /** What the name is bound as, where it is bound as something else. */
  readonly boundAs: Section | undefined
}

const SECTION_OF = {
  binding: 'services',
  dispatch: 'dispatch_namespaces',
  object: 'durable_objects.bindings',
  queue: 'queues.producers',
} as const satisfies { [Kind in Target['kind']]?: Section }

/** Everything that these endpoints need and the Worker has not. */
export function lacks(endpoints: readonly Endpoint[], { bindings, values }: Given): Lack[] {
  return endpoints.flatMap(({ target }, endpoint): Lack[] => {
    if (target.kind === 'url' || target.kind === 'lambda') {
      return secretsOf(target)
        .filter((name) => !values.has(name))
        .map((name) => ({ endpoint, name, section: undefined, boundAs: undefined }))
    }
    const section = SECTION_OF[target.kind]
    const boundAs = bindings.get(target.binding)
    return boundAs === section ? [] : [{ endpoint, name: target.binding, section, boundAs }]
  })
}

/** The session token of AWS is not among them: it may be absent. */
function secretsOf(target: Extract<Target, { kind: 'url' | 'lambda' }>): string[] {
  if (target.kind === 'lambda') return keysOf(target.secret)
  return target.credentials ? secretsIn(target.credentials) : []
}

function secretsIn({ type, secret }: Credentials): string[] {
  return type === 'aws-sigv4' ? keysOf(secret) : [secret]
}

function keysOf(prefix: string): string[] {
  return [`${prefix}_ACCESS_KEY_ID`, `${prefix}_SECRET_ACCESS_KEY`]
}
