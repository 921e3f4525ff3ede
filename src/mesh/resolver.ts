/** The resolver: finds the services that names mean, as calls and rules say them. */
import type { ServiceName } from '../core/endpoint.ts'
import { MeshError } from '../core/errors.ts'
import type { Receipt } from '../core/receipt.ts'
import type { Rule } from '../record/rule.ts'
import { has } from '../record/rule-filter.ts'
import { type Followed, follow } from '../registry/alias.ts'
import type { Asking } from '../registry/asking.ts'
import { candidateKeys, widerThan } from '../registry/keys.ts'
import type { Snapshot } from '../registry/snapshot.ts'
import type { LiveService } from './live-service.ts'
import type { Inquiry } from './receipts/inquiry.ts'
import type { Services } from './services.ts'

/** What a look-up needs of the request that it is for. */
export interface Called extends Asking {
  readonly name: ServiceName
  readonly receipt: Receipt
  readonly inquiry?: Inquiry | undefined
}

/** A look-up on behalf of a request that may ask for more. */
type Inquiring = Asking & Pick<Called, 'inquiry'>

/** A service, and the key of the record that answered to its name. */
export interface Resolved {
  readonly service: LiveService
  readonly recordKey: string
}

export interface Resolver {
  /** The service of the name that is called, noted on the receipt. */
  called(call: Called): Promise<Resolved>
  /** The same without a wait, where the record is known; `undefined` where it must be asked for, or followed. */
  warm(call: Called): Resolved | undefined
  /** The service of the next less specific wildcard, where the rules of a record do not match. It is noted, too. */
  wider(recordKey: string, call: Called): Promise<Resolved | undefined>
  /** The service of another name in the place of the one that was called, noted after it. `undefined` where there is no such record. */
  instead(name: ServiceName, call: Called): Promise<Resolved | undefined>
  /** The service that a rule sends to: its rules do not count. `undefined` where there is no record of that name. */
  backend(name: ServiceName, asking: Inquiring): Promise<LiveService | undefined>
  /** The same, for a copy of a request. */
  copy(name: ServiceName, asking: Asking): Promise<LiveService | undefined>
}

export function resolver(snapshot: Snapshot, services: Services): Resolver {
  const find = (name: ServiceName, asking: Inquiring) => {
    let chosen: LiveService | undefined
    const source = asking.inquiry ? inquired(snapshot, asking.inquiry) : snapshot
    return follow(source, name, asking, (found) => {
      const service = services.of(found)
      // A list within a list asks twice, and the second time this very call is the probe.
      if (service !== chosen && !isUsable(service, asking)) return false
      chosen = service
      return true
    })
  }

  return {
    async called(call) {
      return noted(await find(call.name, call), [], call)
    },
    warm(call) {
      if (call.inquiry) return undefined
      const found = snapshot.known(call.name, call)
      if (!found || found.record.alias) return undefined
      return noted({ found, path: [call.name], key: found.key }, [], call)
    },
    async wider(recordKey, call) {
      const wildcard = widerThan(recordKey, call.name)
      const followed = wildcard === undefined ? undefined : await orNone(find(wildcard, call))
      // A wildcard leads to wider ones, which may be beyond those that answer for the name.
      const isItsOwn = followed && candidateKeys(call.name).includes(followed.key)
      return isItsOwn ? noted(followed, call.receipt.path, call) : undefined
    },
    async instead(name, call) {
      const followed = await orNone(find(name, call))
      return followed && noted(followed, call.receipt.path, call)
    },
    backend,
    async copy(name, asking) {
      const service = await backend(name, { ...asking, inquiry: undefined })
      return service && services.copied(service)
    },
  }

  async function backend(name: ServiceName, asking: Inquiring): Promise<LiveService | undefined> {
    const followed = await orNone(find(name, asking))
    return followed && services.of(followed.found)
  }

  function noted({ found, path, key }: Followed, before: readonly ServiceName[], { receipt }: Called): Resolved {
    receipt.path = before.length === 0 ? path : [...before, ...path]
    receipt.key = found.key
    receipt.revision = found.revision
    receipt.freshness = found.freshness
    receipt.refusedRecord = found.refused
    const service = services.of(found)
    receipt.skipped = service.unreachable
    return { service, recordKey: key }
  }
}

/** Records as new as is demanded, and noted. */
function inquired(snapshot: Snapshot, { minRevision, notes }: Inquiry): Pick<Snapshot, 'find'> {
  return {
    async find(name, asking) {
      const found = await (minRevision === undefined
        ? snapshot.find(name, asking)
        : snapshot.atLeast(name, minRevision, asking))
      notes?.lookedUp(name, found)
      return found
    },
  }
}

/** Rules may lead anywhere; else it takes an endpoint that can be reached, and a service that does not fail as a whole. */
function isUsable({ record, candidates, detector }: LiveService, { clock }: Asking): boolean {
  if (record.rules?.some(leadsAway)) return true
  return candidates.length > 0 && detector.admits(clock.now())
}

function leadsAway({ backendRefs = [], filters = [] }: Rule): boolean {
  return backendRefs.length > 0 || has(filters, 'RequestRedirect')
}

async function orNone<Of>(work: Promise<Of>): Promise<Of | undefined> {
  try {
    return await work
  } catch (error) {
    if (error instanceof MeshError && error.code === 'service_not_found') return undefined
    throw error
  }
}
