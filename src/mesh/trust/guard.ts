/** The guard of a function: whoever calls it must be allowed by the record of its own name. Nobody else can refuse those who know its address. */
import { MeshError } from '../../core/errors.ts'
import { receipt } from '../../core/receipt.ts'
import { plainPath } from '../../core/text/path.ts'
import { admit } from '../../features/access/admit.ts'
import { asked } from '../../features/route/asked.ts'
import { keyOf } from '../../registry/keys.ts'
import { splitUrl } from '../called-host.ts'
import type { Trust } from './trust.ts'

export const guard = /* @__PURE__ */ guardIn(undefined)

/** @param realm the trust domain, where the mesh has one. */
export function guardIn(realm: string | undefined): Trust['guard'] {
  return (...of) => guardOf(realm, ...of)
}

function guardOf(
  realm: string | undefined,
  ...[known, name, log, { default: otherwise, mode = 'enforce' } = {}, isRoad]: Parameters<Trust['guard']>
): ReturnType<Trust['guard']> {
  const closed = {
    recordKey: keyOf(name),
    judge: { mode, judge: () => ({ effect: 'deny', rule: undefined, wantsName: false }) as const },
  }
  return async function guard(request, context) {
    // Open by mistake is the worst it could be.
    if (isRoad && !otherwise) throw new MeshError('internal', `${name} ${NO_RECORDS}`)
    const { clock, deadline, subrequests, defer } = context
    const own = { name, receipt: receipt(), clock, deadline, subrequests, defer: defer ?? unheard }
    const found = await known.called(own).catch(orNone)
    // A record that goes away opens nothing where all that is not said is denied.
    const guarded = found?.service ?? (otherwise === 'deny' ? closed : undefined)
    if (!guarded) return
    const { caller, proof, receipt: notes, arrival } = context
    const by = { caller, proof, receipt: notes, claims: arrival?.claims }
    admit(guarded, asked(request, plainPath(splitUrl(request.url).path), name), by, log, realm)
  }
}

const NO_RECORDS =
  'obeys its record, and its registry knows none: give it ownRecord of "selvedge/node", or say defaults.access.default.'

/** The record is refreshed for the next request: how that ends is no business of this one. */
function unheard(work: Promise<unknown>): void {
  work.catch(() => {})
}

/** Where there is no record nobody but the defaults has said who may call. */
function orNone(error: unknown): undefined {
  if (error instanceof MeshError && error.code === 'service_not_found') return undefined
  throw error
}
