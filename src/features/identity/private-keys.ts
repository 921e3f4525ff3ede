/** The private keys of a mesh: what stands in the secret, as one JWK or a JWKS. What is wrong with it is told without a word of it. */
import { asObject, membersOf } from '../../wire/key-set.ts'

export interface PrivateKey {
  readonly kid: string
  readonly algorithm: string
  /** Its public half, of the members that its algorithm asks for. */
  readonly jwk: Readonly<Record<string, string>>
  /** The whole, to be imported. */
  readonly whole: Readonly<Record<string, unknown>>
}

/**
 * @param what the name of the secret, for messages.
 * @throws {TypeError} that names the place, and what may stand there.
 */
export function privateKeys(text: string, what: string): readonly PrivateKey[] {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new TypeError(`${what}: Expected a private key as JSON: a JWK, or a JWKS.`)
  }
  const whole = asObject(value, what)
  const { keys = [whole] } = whole
  if (!Array.isArray(keys) || keys.length === 0) throw new TypeError(`${what}.keys: Expected a list of private keys.`)
  return keys.map((key, index) => privateKey(key, 'keys' in whole ? `${what}.keys[${index}]` : what))
}

function privateKey(value: unknown, at: string): PrivateKey {
  const whole = asObject(value, at)
  const { kid, alg, d } = whole
  if (typeof kid !== 'string' || kid === '') throw new TypeError(`${at}.kid: Expected the name of the key.`)
  if (typeof d !== 'string') throw new TypeError(`${at}.d: Expected a private key, and this is a public one.`)
  const algorithm = String(alg)
  return { kid, algorithm, jwk: membersOf(whole, algorithm, at), whole }
}
