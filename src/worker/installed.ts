/** What the control plane is told of this Worker: its version, the kinds of its bindings, and its variables that are no secrets. */
import type { Bindings } from '../targets/bindings.ts'
import { kindOfBinding } from '../targets/installed/kind-of.ts'
import { writtenInstallation } from '../wire/installation.ts'

declare const SELVEDGE_VERSION: string

/** Variables whose values may be told. What is not named here may be a secret. */
const TOLD = /^MESH_(?:HOSTS|DOMAIN|FRESH|MAX_STALE|MAX_HOPS|IDLE|LOG|DEFAULTS|SECRETS|FLEET)$/

/** Compatibility flags by which a client's abort is heard of, and Workers of the same zone are reached. */
const FLAGS = ['enable_request_signal', 'request_signal_passthrough', 'global_fetch_strictly_public']

/** Parts of a mesh that endpoints may need. */
export interface Parts {
  /** Can it reach other clouds? */
  readonly cloud: boolean
  /** Can it publish to topics? */
  readonly topics: boolean
}

/** As the header has it. */
export function installed(env: object, parts: Parts): string {
  const bindings = env as Bindings
  const names = Object.keys(bindings)
  const values = names.filter((name) => TOLD.test(name)).map((name) => [name, textOf(bindings[name])])
  return writtenInstallation({
    version: versionOf(),
    ...parts,
    bindings: Object.fromEntries(names.map((name) => [name, kindOfBinding(bindings, name)])),
    variables: Object.fromEntries(values),
    flags: flagsOn(),
  })
}

/** Outside of workerd nobody says. */
function flagsOn(): string[] | undefined {
  if (typeof Cloudflare === 'undefined') return undefined
  const { compatibilityFlags } = Cloudflare
  return FLAGS.filter((flag) => compatibilityFlags[flag])
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** The build writes the version in; what runs from source has none. */
export function versionOf(): string {
  return typeof SELVEDGE_VERSION === 'string' ? SELVEDGE_VERSION : '0.0.0'
}
