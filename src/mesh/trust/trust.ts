/** Who is believed and what they may do, as a value that a mesh is made with. What a mesh does not use it does not carry. */
import { type ObserverFilter, observer } from '../../core/engine/stack.ts'
import type { Log } from '../../core/log.ts'
import type { AuthorizeNeeds } from '../../features/access/admit.ts'
import type { Claims, Judge } from '../../features/access/judge.ts'
import type { Access, AccessPolicy } from '../../features/access/policy.ts'
import type { Asked } from '../../features/route/asked.ts'
import type { ServiceRecord } from '../../record/record.ts'
import type { Asking } from '../../registry/asking.ts'
import type { LiveService } from '../live-service.ts'
import type { Resolver } from '../resolver.ts'
import type { Identities, IdentityMeans } from './identities.ts'

export interface Trust {
  /** The judge of a record that says who may call; `undefined` where it lets everybody do everything. */
  judge(policy: AccessPolicy): Judge<Asked> | undefined
  guards(log: Log): Guards
  /**
   * Guards the function of that name.
   *
   * @param defaults of the mesh: what counts where there is no record.
   * @param isRoad does the registry know no records?
   */
  guard(known: Resolver, name: string, log: Log, defaults: Access | undefined, isRoad?: boolean): Guard
  /** Knows callers by tokens, and signs for them: `trust` of `selvedge/trust`. Left out: bindings alone say who calls. */
  identities?(means: IdentityMeans): Identities
  /** Has it keys to verify overrides with? Else those of strangers are taken off. Default: no. */
  readonly readsOverrides?: boolean
}

/** What of a call is looked at. */
export interface Led extends AuthorizeNeeds {
  readonly name: string
  readonly path: string
  readonly service: LiveService
  /** Services of the name whose rules did not match: a hole in the rules is no hole in the policy. */
  readonly passedBy?: readonly LiveService[] | undefined
  /** What its rules have looked at. */
  readonly asked?: Asked | undefined
}

/** They ask the records on the way of a call. */
export interface Guards {
  /** The records that were called. */
  readonly called: ObserverFilter<Led>
  /** The record of a backend. */
  readonly backend: ObserverFilter<Led>
  /** Finds the service of a copy, where its record lets the caller have one sent. */
  copy(find: Resolver['copy']): (...call: [...Parameters<Resolver['copy']>, Request]) => ReturnType<Resolver['copy']>
}

/**
 * @throws {MeshError} `caller_denied`, `caller_unknown`; `registry_unavailable` or `record_invalid` where nobody can say who
 * may call.
 */
export type Guard = (request: Request, context: Arriving) => Promise<void> | undefined

/** What of a request that came in is looked at. */
interface Arriving extends AuthorizeNeeds, Omit<Asking, 'defer'> {
  /** `undefined` where nobody keeps work alive. */
  readonly defer: Asking['defer'] | undefined
  readonly arrival?: { readonly refusal?: unknown; readonly claims?: Claims | undefined }
}

/** Of a mesh whose records say nothing of who may call: others are refused. */
export const unguarded: Guards = {
  called: /* @__PURE__ */ observer('unguarded', {}),
  backend: /* @__PURE__ */ observer('unguarded', {}),
  copy: (find) => find,
}

export function isGuarded(led: Pick<Led, 'service' | 'passedBy' | 'caller' | 'proof'>): boolean {
  return (led.service.judge !== undefined || led.passedBy !== undefined) && !isUnsaid(led)
}

/** Does a backend say who may call, other than the record that was called? */
export function isGuardedApart(led: Pick<Led, 'service' | 'receipt' | 'caller' | 'proof'>): boolean {
  return led.service.judge !== undefined && led.service.recordKey !== led.receipt.key && !isUnsaid(led)
}

/** A library that was not told its name cannot know what it is called there: who is called asks by himself. */
export function isUnsaid({ caller, proof }: Pick<Led, 'caller' | 'proof'>): boolean {
  return caller === undefined && proof === 'own'
}

/** Tokens are not judged where nobody can: to start would look as if they were. */
export const NO_KEYS =
  'MESH_TRUST is set: give this mesh trust, as in createMesh({ env, trust: trust({ env }) }) of "selvedge/trust".'

export const NO_TRUST =
  'says who may call, and nothing in this mesh would judge it: give it trust, as in createMesh({ trust: access }) of "selvedge/trust".'

/** A record that says who may call is refused where nobody would ask: open by mistake is the worst it could be. */
export function lacksTrust({ policy }: ServiceRecord): string | undefined {
  return policy.access ? `$.access ${NO_TRUST}` : undefined
}
