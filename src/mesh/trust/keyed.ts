/** Trust with keys: who calls is known by signed tokens, too, where no binding says it. */
import type { ServiceName } from '../../core/endpoint.ts'
import { identify } from '../../features/identity/filter.ts'
import { guests as guestsBy } from '../../features/identity/guests.ts'
import { fixedKeys, type HeldKeys, heldKeys } from '../../features/identity/held-keys.ts'
import { members } from '../../features/identity/members.ts'
import { signer } from '../../features/identity/signer.ts'
import { verifier } from '../../features/identity/verifier.ts'
import { isWildcard, nameOf } from '../../registry/keys.ts'
import { access } from './access.ts'
import { answers } from './answers.ts'
import { arrivals, refusing } from './arriving.ts'
import { callersBy } from './caller-of.ts'
import { guardIn } from './guard.ts'
import { guards } from './guarded.ts'
import type { Identities, IdentityMeans, Leaving } from './identities.ts'
import { issuers } from './issuers.ts'
import { keyText } from './key-text.ts'
import { lifeOf } from './minting.ts'
import { overriding } from './overriding.ts'
import type { Trust } from './trust.ts'
import { membersKeys, type TrustOptions, type TrustRead, trustRead } from './written.ts'

/** How long a read of keys may take, in milliseconds: as long as one of the registry. */
const READ_MS = 1000
/** Between two reads for the sake of keys that nobody knows, in milliseconds. */
const AGAIN_MS = 10_000
/** For how long nobody tries again where keys could not be read and there are none, in milliseconds. */
const PAUSE_MS = 1000

/**
 * Judges callers by the `access` of records, as {@link access} does, and knows them by tokens: of the mesh, signed with its keys, and of issuers
 * outside of it (docs/trust.md). Without `MESH_TRUST`, and without options, it is `access`.
 *
 * @throws {TypeError} that names the field of `MESH_TRUST` that is not as it should be, and what may stand there.
 * @example
 * const mesh = createMesh({ registry: kvRegistry(env.REGISTRY), env, name: 'users', trust: trust({ env }) })
 */
export function trust(options: TrustOptions = {}): Trust {
  const read = trustRead(options)
  if (!read) return access
  const { domain } = read.said
  return {
    ...access,
    guard: guardIn(domain),
    guards: (log) => guards(log, domain),
    identities: (means) => identities(read, means),
    readsOverrides: read.said.keys !== undefined,
  }
}

function identities(read: TrustRead, means: IdentityMeans): Identities {
  const { domain, members: hosts, issuers: foreign = [], overrides } = read.said
  const { clock, log } = means
  const keys = heldOf(read, means)
  const guestsOf = foreign.length > 0 ? guestsBy(domain, issuers(foreign, read.store, means), log) : undefined
  const callerOf = callersBy(keys && verifier(domain, keys), guestsOf, clock)
  return {
    callerOf,
    arriving: arrivals(callerOf),
    refusing,
    leaving: identify<Leaving>(hosts && members(hosts), read.own && signer(domain, read.own, keys), audienceOf),
    overriding: keys && overriding(domain, keys, lifeOf(overrides)),
    answer: answers(keys, callerOf, clock),
  }
}

function heldOf({ said, fixed, store }: TrustRead, means: IdentityMeans): HeldKeys | undefined {
  if (fixed) return fixedKeys(fixed)
  if (typeof said.keys !== 'string') return undefined
  const { log, fetch, freshMs, maxStaleMs } = means
  return heldKeys({
    ...keyText(said.keys, store, fetch),
    parse: (text) => membersKeys(JSON.parse(text), said),
    log,
    freshMs,
    maxStaleMs,
    againMs: AGAIN_MS,
    pauseMs: PAUSE_MS,
    readMs: READ_MS,
  })
}

/** The name under which a receiver is known: that of its record without the tag; of a wildcard, the name that was called. */
function audienceOf({ service: { recordKey }, name }: Leaving): ServiceName {
  const [known = name] = isWildcard(recordKey) ? [name] : nameOf(recordKey).split('@')
  return known
}
