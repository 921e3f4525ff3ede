/** Secrets of this Worker: named in records, read here, and never repeated in a message. */
import { MeshError } from '../core/errors.ts'
import type { Bindings } from './bindings.ts'

/** What secrets are read from. */
export interface Secrets {
  readonly bindings: Bindings
  /** Which of them records may name: exact names, or `PREFIX_*`. Default: all but the mesh's own. */
  readonly secrets?: readonly string[] | undefined
}

/** The mesh's own and its operator's: no record names one, whatever is allowed. */
const OWN = /^(ADMIN_TOKEN|MESH_|OTLP_)/

/**
 * The value of a secret, without the line end that a shell puts after it.
 *
 * @throws {MeshError} `credential_failed`, with its name.
 */
export function secretOf(from: Secrets, name: string): string {
  allowed(from, name)
  const value = optionalSecret(from, name)
  if (value === undefined) throw credentialFailed(`Secret "${name}" is not set`)
  return value
}

/** The same, where it may be absent. */
export function optionalSecret(from: Secrets, name: string): string | undefined {
  const value = Object.hasOwn(from.bindings, name) ? from.bindings[name] : undefined
  if (typeof value !== 'string' || value.trim() === '') return undefined
  allowed(from, name)
  return value.trim()
}

function allowed({ secrets }: Secrets, name: string): void {
  const isNamed = (one: string) => (one.endsWith('*') ? name.startsWith(one.slice(0, -1)) : name === one)
  if (OWN.test(name) || secrets?.some(isNamed) === false) {
    throw credentialFailed(`Secret "${name}" is none that a record may name`)
  }
}

/** Nothing was sent: another endpoint may be asked. There is no cause: what a parser says repeats what it read. */
export function credentialFailed(what: string): MeshError {
  return new MeshError('credential_failed', `${what}.`, { verdict: 'go' })
}
