/** Issuers outside of the mesh, with their keys: read at their addresses, and kept as a copy in KV for isolates that begin. */
import { sha256Hex } from '../../core/text/digest.ts'
import { within } from '../../core/time/clock.ts'
import type { Issuer } from '../../features/identity/guests.ts'
import { fixedKeys, type HeldKeys, heldKeys, type KeyAsking, type KeysRead } from '../../features/identity/held-keys.ts'
import { issuerKeys } from '../../features/identity/issuer-keys.ts'
import type { WrittenIssuer } from '../../features/identity/issuer-policy.ts'
import type { IdentityMeans } from './identities.ts'
import { fetched, type TrustStore } from './key-text.ts'

/** For how long an issuer's keys are served without asking, in milliseconds. */
const FRESH_MS = 600_000
/** For how long the last good ones serve while they cannot be read, in milliseconds: a day of an issuer that is down. */
const MAX_STALE_MS = 86_400_000
/** Between two reads for the sake of keys that nobody knows, and after a failure, in milliseconds: made-up names must not flood an issuer. */
const AGAIN_MS = 30_000
/** How long an issuer has to answer, in milliseconds. */
const READ_MS = 2000
/** A copy lives a little longer than it may serve, in seconds. */
const COPY_S = 90_000

/** What is needed of a KV namespace that keeps copies. */
export interface CopyStore extends TrustStore {
  put(key: string, value: string, options: { expirationTtl: number }): Promise<void>
}

interface Copy {
  readonly at: number
  readonly text: string
}

export function issuers(
  written: readonly WrittenIssuer[],
  store: CopyStore | undefined,
  means: IdentityMeans,
): Issuer[] {
  return written.map((issuer) => ({ ...issuer, keys: keysOf(issuer, store, means) }))
}

function keysOf(
  { jwks, issuer, algorithms }: WrittenIssuer,
  store: CopyStore | undefined,
  { fetch, log }: IdentityMeans,
): HeldKeys {
  if (typeof jwks !== 'string') return fixedKeys(issuerKeys(jwks, algorithms))
  const parse = (text: string) => issuerKeys(JSON.parse(text), algorithms)
  return heldKeys({
    what: issuer,
    read: (asking, isAnew) => read(jwks, store, fetch, parse, asking, isAnew),
    parse,
    log,
    freshMs: FRESH_MS,
    maxStaleMs: MAX_STALE_MS,
    againMs: AGAIN_MS,
    pauseMs: AGAIN_MS,
    // A copy is read first, and the issuer has its whole time after that.
    readMs: 2 * READ_MS,
  })
}

/** From the issuer, unless a copy is fresh; of an issuer that does not answer as it should, the copy. */
async function read(
  url: string,
  store: CopyStore | undefined,
  fetch: typeof globalThis.fetch,
  parse: (text: string) => unknown,
  asking: KeyAsking,
  isAnew: boolean,
): Promise<KeysRead> {
  const key = `jwks/${await sha256Hex(url)}`
  const copy = store && (await copyIn(store, key))
  const now = asking.clock.now()
  if (copy && !isAnew && now - copy.at < FRESH_MS) return copy
  try {
    const late = () => new Error(`no answer within ${READ_MS} ms`)
    const text = await within(asking.clock, READ_MS, fetched(url, fetch), late)
    // What cannot be used is no answer: HTML, an empty set.
    parse(text)
    const put = store
      ?.put(key, JSON.stringify({ at: now, text } satisfies Copy), { expirationTtl: COPY_S })
      .catch(() => {})
    if (put) asking.defer?.(put)
    return { text }
  } catch (cause) {
    if (!copy) throw cause
    return { ...copy, fault: cause instanceof Error ? cause.message : String(cause) }
  }
}

/** A copy that cannot be read is none. */
async function copyIn(store: CopyStore, key: string): Promise<Copy | undefined> {
  try {
    const text = await store.get(key, { type: 'text', cacheTtl: FRESH_MS / 1000 })
    return text === null ? undefined : (JSON.parse(text) as Copy)
  } catch {
    return undefined
  }
}
