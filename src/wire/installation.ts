/** `selvedge-installation`: what the mesh tells its control plane of the Worker that it runs in. */

export const INSTALLATION = 'selvedge-installation'

/** What a binding is. `value` is a text (a variable or a secret), `json` a variable that is an object. */
export type BindingKind =
  | 'service'
  | 'dispatch'
  | 'object'
  | 'queue'
  | 'workflow'
  | 'kv'
  | 'ratelimit'
  | 'value'
  | 'json'
  | 'other'

export interface Installation {
  /** The version of the mesh. */
  readonly version: string
  /** Can it reach other clouds? */
  readonly cloud: boolean
  /** Can it publish to topics? Older meshes do not say. */
  readonly topics?: boolean
  /** Everything in its `env`, by name: the kind alone, never a value. */
  readonly bindings: Readonly<Record<string, BindingKind>>
  /** The `MESH_*` variables that are no secrets, with their values. */
  readonly variables: Readonly<Record<string, string>>
  /** Compatibility flags that are on, of those that matter to a mesh; left out where the platform does not say. */
  readonly flags?: readonly string[] | undefined
}

/** As a header may hold it: in ASCII. */
export function writtenInstallation(installation: Installation): string {
  return JSON.stringify(installation).replace(
    /[^ -~]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/** `undefined` where the header is not there, or is none that a mesh writes. */
export function readInstallation(headers: Headers): Installation | undefined {
  const said = headers.get(INSTALLATION)
  if (said === null) return undefined
  try {
    const { version, cloud, topics, bindings, variables, flags } = JSON.parse(said) as Partial<Installation>
    if (typeof version !== 'string' || typeof cloud !== 'boolean') return undefined
    if (!areTexts(bindings) || !areTexts(variables)) return undefined
    return {
      version,
      cloud,
      ...(topics === true && { topics }),
      bindings,
      variables,
      ...(Array.isArray(flags) ? { flags } : {}),
    }
  } catch {
    return undefined
  }
}

function areTexts(value: object | undefined): value is object {
  return typeof value === 'object' && value !== null && Object.values(value).every((text) => typeof text === 'string')
}
