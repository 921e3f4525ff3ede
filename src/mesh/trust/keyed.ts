/** Trust with keys: who calls is known by signed tokens, too, where no binding says it. */
import { type Caller, STRANGER } from '../../core/caller.ts'
import type { ServiceName } from '../../core/endpoint.ts'
import { MeshError } from '../../core/errors.ts'
import { identify } from '../../features/identity/filter.ts'
import { fixedKeys, type HeldKeys, heldKeys, type KeyAsking } from '../../features/identity/held-keys.ts'
import { members } from '../../features/identity/members.ts'
import { type PrivateKey, privateKeys } from '../../features/identity/private-keys.ts'
import { signer } from '../../features/identity/signer.ts'
import { trust as form, type WrittenTrust } from '../../features/identity/trust-policy.ts'
import { verifier } from '../../features/identity/verifier.ts'
import { validated } from '../../record/parse.ts'
import { isWildcard, nameOf } from '../../registry/keys.ts'
import { IDENTITY } from '../../wire/headers.ts'
import { readJws } from '../../wire/jws.ts'
import { jwksOf, keySet } from '../../wire/key-set.ts'
import { plainProblem } from '../../wire/problem/plain.ts'
import { problemResponse } from '../../wire/problem/problem.ts'
import { access } from './access.ts'
import { arriving, refusing } from './arriving.ts'
import type { Identities, IdentityMeans, Leaving } from './identities.ts'
import { keyText, type TrustStore } from './key-text.ts'
import { lifeOf } from './minting.ts'
import { overriding } from './overriding.ts'
import type { Trust } from './trust.ts'
import { WHOAMI_PATH, whoami } from './whoami.ts'

export interface TrustOptions extends Partial<WrittenTrust> {
  /** The private keys, as text: a JWK or a JWKS. Default: the secret of `env` that `sign` names. */
  key?: string | undefined
  /** A Worker's environment, or that of a process: `MESH_TRUST` is read of it, and what that names: the secret, and the KV namespace `TRUST`. Default: none. */
  env?: object | undefined
}

const JWKS_PATH = '/-/trust/jwks.json'
/** How long a read of keys may take, in milliseconds: as long as one of the registry. */
const READ_MS = 1000
/** Between two reads for the sake of keys that nobody knows, in milliseconds. */
const AGAIN_MS = 10_000
/** For how long nobody tries again where keys could not be read and there are none, in milliseconds. */
const PAUSE_MS = 1000

/**
 * Judges callers by the `access` of records, as {@link access} does, and knows them by tokens that are signed with keys of the mesh
 * (docs/trust.md). Without `MESH_TRUST`, and without options, it is `access`.
 *
 * @throws {TypeError} that names the field of `MESH_TRUST` that is not as it should be, and what may stand there.
 * @example
 * const mesh = createMesh({ registry: kvRegistry(env.REGISTRY), env, name: 'users', trust: trust({ env }) })
 */
export function trust(options: TrustOptions = {}): Trust {
  const { key, env = {}, ...said } = options
  const { MESH_TRUST } = env as { MESH_TRUST?: unknown }
  if (MESH_TRUST === undefined && key === undefined && Object.keys(said).length === 0) return access
  const written = writtenTrust({ ...objectOf(MESH_TRUST), ...said })
  const { domain, sign, keys } = written
  const secret = key ?? (sign === undefined ? undefined : secretOf(env, sign))
  const own = secret === undefined ? undefined : privateKeys(secret, sign ?? 'key')
  const fixed = typeof keys === 'object' ? fixedKeys(told(() => keySet(keys, '$.keys'))) : undefined
  const { TRUST } = env as { TRUST?: TrustStore }
  if (keys === 'kv' && typeof TRUST?.get !== 'function') {
    throw new TypeError('MESH_TRUST: $.keys is "kv", and there is no KV namespace bound as TRUST.')
  }
  return {
    ...access,
    identities: (means) =>
      identities(
        written,
        own,
        fixed ?? (keys === undefined ? undefined : held(keys as string, TRUST, means)),
        domain,
        means,
      ),
  }
}

function held(
  source: string,
  store: TrustStore | undefined,
  { log, fetch, freshMs, maxStaleMs }: IdentityMeans,
): HeldKeys {
  const parse = (text: string) => keySet(JSON.parse(text))
  const { what, read } = keyText(source, store, fetch)
  return heldKeys({
    what,
    read,
    parse,
    log,
    freshMs,
    maxStaleMs,
    againMs: AGAIN_MS,
    pauseMs: PAUSE_MS,
    readMs: READ_MS,
  })
}

function identities(
  { members: hosts, overrides }: WrittenTrust,
  own: readonly PrivateKey[] | undefined,
  keys: HeldKeys | undefined,
  domain: string,
  { clock }: IdentityMeans,
): Identities {
  const verify = keys && verifier(domain, keys)
  const callerOf: Identities['callerOf'] = (request, audience, defer) => {
    const text = request.headers.get(IDENTITY)
    if (text === null || !verify) return undefined
    const receiver = audience()
    if (receiver === undefined) return undefined
    const name = verify.callerOf(text, receiver, { clock, defer })
    const shown = (name: ServiceName) => ({ name, proof: 'identity' }) as const
    return name instanceof Promise ? name.then(shown) : shown(name)
  }

  return {
    callerOf,
    arriving: (...of) => arriving(callerOf, ...of),
    refusing,
    leaving: identify<Leaving>(hosts && members(hosts), own && signer(domain, own, keys), audienceOf),
    overriding: keys && overriding(domain, keys, lifeOf(overrides)),
    answer(path, request, by, defer) {
      if (path === JWKS_PATH) return keys && jwks(keys, { clock, defer })
      if (path !== WHOAMI_PATH || by.name !== undefined) return undefined
      return asking(request, callerOf, defer)
    },
  }
}

/** Who asks, by its token, whoever that is for. `undefined` where it brings none. */
function asking(
  request: Request,
  callerOf: Identities['callerOf'],
  defer: Parameters<Identities['callerOf']>[2],
): Promise<Response> | undefined {
  const refused = (error: unknown) => {
    if (error instanceof MeshError) return problemResponse(error, request)
    throw error
  }
  const audience = () => {
    const aud = readJws(request.headers.get(IDENTITY) ?? '')?.claims['aud']
    return typeof aud === 'string' ? aud : ''
  }
  try {
    const shown = callerOf(request, audience, defer)
    if (!shown) return undefined
    const told = (caller: Caller | undefined) => whoami(caller ?? STRANGER, caller?.proof === 'identity')
    return Promise.resolve(shown).then(told).catch(refused)
  } catch (error) {
    return Promise.resolve(refused(error))
  }
}

/** The public keys, for whoever verifies elsewhere. Nobody keeps them: from publication until all have a key two minutes pass at most. */
async function jwks(keys: HeldKeys, asking: KeyAsking): Promise<Response> {
  try {
    const headers = {
      'content-type': 'application/jwk-set+json',
      'cache-control': 'no-store',
      'access-control-allow-origin': '*',
    }
    return new Response(JSON.stringify(jwksOf(await keys.newest(asking))), { headers })
  } catch {
    return plainProblem(503, 'Service unavailable', 'The keys cannot be read now. Try again later.')
  }
}

/** The name under which a receiver is known: that of its record without the tag; of a wildcard, the name that was called. */
function audienceOf({ service: { recordKey }, name }: Leaving): ServiceName {
  const [known = name] = isWildcard(recordKey) ? [name] : nameOf(recordKey).split('@')
  return known
}

function writtenTrust(value: object): WrittenTrust {
  return told(() => validated(form(), value))
}

/** As what stands in a variable is told: with its name. */
function told<Of>(read: () => Of): Of {
  try {
    return read()
  } catch (cause) {
    if (!(cause instanceof MeshError || cause instanceof TypeError)) throw cause
    throw new TypeError(`MESH_TRUST: ${cause.message}`, { cause })
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
