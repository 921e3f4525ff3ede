/** Secrets of this Worker: named in records, read here, and never repeated in a message. */
import type { Credentials } from '../core/endpoint.ts'
import { MeshError } from '../core/errors.ts'
import type { Bindings } from './bindings.ts'

/**
 * The value of a secret, without the line end that a shell puts after it.
 *
 * @throws {MeshError} `credential_failed`, with its name.
 */
export function secretOf(bindings: Bindings, name: string): string {
  const value = optionalSecret(bindings, name)
  if (value === undefined) throw credentialFailed(`Secret "${name}" is not set`)
  return value
}

/** The same, where it may be absent. */
export function optionalSecret(bindings: Bindings, name: string): string | undefined {
  const value = Object.hasOwn(bindings, name) ? bindings[name] : undefined
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined
}

/** Nothing was sent: another endpoint may be asked. There is no cause: what a parser says repeats what it read. */
export function credentialFailed(what: string): MeshError {
  return new MeshError('credential_failed', `${what}.`, { verdict: 'go' })
}

/** The headers with the secret among them. Another attempt may go elsewhere, so it is put into a copy. */
export function secretHeaders(
  { header, scheme, secret }: Extract<Credentials, { type: 'header' }>,
  bindings: Bindings,
  outgoing: Headers,
): Headers {
  const value = secretOf(bindings, secret)
  // What the platform says of a header it does not take repeats the value.
  if (!/^[\x20-\x7e]+$/.test(value)) throw credentialFailed(`Secret "${secret}" holds what no header can carry`)
  const headers = new Headers(outgoing)
  headers.set(header, scheme === undefined ? value : `${scheme} ${value}`)
  return headers
}
