/** `MESH_TRUST` and what it names, read where a mesh is made: what is not understood refuses it whole, by its place. */
import { MeshError } from '../../core/errors.ts'
import { issuerKeys } from '../../features/identity/issuer-keys.ts'
import { type PrivateKey, privateKeys } from '../../features/identity/private-keys.ts'
import { trust as form, type WrittenTrust } from '../../features/identity/trust-policy.ts'
import { validated } from '../../record/parse.ts'
import { type KeySet, keySet } from '../../wire/key-set.ts'
import type { CopyStore } from './issuers.ts'

export interface TrustOptions extends Partial<WrittenTrust> {
  /** The private keys, as text: a JWK or a JWKS. Default: the secret of `env` that `sign` names. */
  key?: string | undefined
  /** A Worker's environment, or that of a process: `MESH_TRUST` is read of it, and what that names: the secret, and the KV namespace `TRUST`. Default: none. */
  env?: object | undefined
}

export interface TrustRead {
  readonly said: WrittenTrust
  /** `undefined`: this mesh signs nothing. */
  readonly own: readonly PrivateKey[] | undefined
  /** Public keys that stand in `MESH_TRUST` itself. */
  readonly fixed: KeySet | undefined
  readonly store: CopyStore | undefined
}

/**
 * `undefined` where nobody says anything.
 *
 * @throws {TypeError} that names the field, what stands there and what may; of keys never what stands there.
 */
export function trustRead({ key, env = {}, ...own }: TrustOptions): TrustRead | undefined {
  const { MESH_TRUST, TRUST: store } = env as { MESH_TRUST?: unknown; TRUST?: CopyStore }
  if (MESH_TRUST === undefined && key === undefined && Object.keys(own).length === 0) return undefined
  const written = { ...objectOf(MESH_TRUST), ...own }
  const said = told(() => validated(form(), written))
  const { sign, keys, issuers = [] } = said
  const secret = key ?? (sign === undefined ? undefined : secretOf(env, sign))
  if (keys === 'kv' && typeof store?.get !== 'function') {
    throw new TypeError('MESH_TRUST: $.keys is "kv", and there is no KV namespace bound as TRUST.')
  }
  issuers.forEach(({ jwks, algorithms }, index) => {
    if (typeof jwks === 'object') told(() => issuerKeys(jwks, algorithms), `$.issuers[${index}].jwks: `)
  })
  return {
    said,
    store,
    own: secret === undefined ? undefined : privateKeys(secret, sign ?? 'key'),
    fixed: typeof keys === 'object' ? told(() => membersKeys(keys, said, '$.keys')) : undefined,
  }
}

/**
 * Keys of members. None may speak for guests alone: they would be taken for those of an issuer.
 *
 * @throws {TypeError} as `keySet` does.
 */
export function membersKeys(value: unknown, { issuers = [] }: Pick<WrittenTrust, 'issuers'>, at = '$'): KeySet {
  const set = keySet(value, at)
  for (const { kid, callers = [] } of set.keys) {
    const guest = callers.find((name) => issuers.some(({ under }) => `.${name}`.endsWith(`.${under}`)))
    if (guest !== undefined)
      throw new TypeError(`${at}: Expected members for "${kid}" to speak for, and "${guest}" is a guest.`)
  }
  return set
}

/** As what stands in a variable is told: with its name. */
function told<Of>(read: () => Of, at = ''): Of {
  try {
    return read()
  } catch (cause) {
    if (!(cause instanceof Error)) throw cause
    throw new TypeError(`MESH_TRUST: ${at}${cause.message}`, { cause: cause instanceof MeshError ? undefined : cause })
  }
}

function objectOf(said: unknown): object {
  if (said === undefined) return {}
  const value: unknown = typeof said === 'string' ? jsonOf(said) : said
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  throw new TypeError('MESH_TRUST: $: Expected an object.')
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new TypeError('MESH_TRUST: Not JSON.')
  }
}

function secretOf(env: object, name: string): string {
  const value = (env as Readonly<Record<string, unknown>>)[name]
  if (typeof value === 'string') return value
  throw new TypeError(`MESH_TRUST: $.sign names the secret "${name}", which is not there.`)
}
