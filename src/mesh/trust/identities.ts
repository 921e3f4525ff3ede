/** Tokens of callers, as a mesh uses them: what shows on arrival who calls, and what is written when it calls. */
import type { Caller, Proof } from '../../core/caller.ts'
import type { ServiceName } from '../../core/endpoint.ts'
import type { ObserverFilter } from '../../core/engine/stack.ts'
import type { Log } from '../../core/log.ts'
import type { Clock } from '../../core/time/clock.ts'
import type { LeavingNeeds } from '../../features/identity/filter.ts'
import type { Claims } from '../../features/identity/guest.ts'
import type { OverrideGives, OverrideNeeds } from '../../features/override/filter.ts'
import type { LiveService } from '../live-service.ts'
import type { Called, Resolver } from '../resolver.ts'

/** Keeps the isolate alive for work that outlives the answer; `undefined` where nobody does. */
type Defer = ((work: Promise<unknown>) => void) | undefined

/** Of a mesh: what its identities are made with. */
export interface IdentityMeans {
  readonly clock: Clock
  readonly log: Log
  readonly fetch: typeof fetch
  readonly freshMs: number
  readonly maxStaleMs: number
}

/** What of a call is looked at. */
export interface Leaving extends LeavingNeeds {
  /** The name that was called. */
  readonly name: ServiceName
  readonly service: { readonly recordKey: string }
}

/** What sends calls to other records of their names, where a signed override says so. */
export interface Overriding {
  /** Does a call bring one? */
  isMet(context: Overridable): boolean
  /** @param find the service of another name, noted on the receipt. */
  filter(find: Resolver['instead']): ObserverFilter<Called & Overridable, OverrideGives<LiveService>>
}

type Overridable = OverrideNeeds<LiveService>

/** A request that is coming in, and what is known of who sent it. */
export interface Coming {
  readonly trusted: boolean
  readonly caller?: ServiceName | undefined
  readonly proof?: Proof | undefined
  readonly refusal?: unknown
  readonly claims?: Claims | undefined
  readonly defer: Defer
}

/** What the tokens of a request show. */
export interface Shown {
  /** `undefined`: what was known of its caller stays. */
  readonly caller: Caller | undefined
  /** Of a guest's token, whoever sent it. */
  readonly claims: Claims | undefined
  /** With the headers that claims fill, and none that somebody made up. */
  readonly request: Request
}

/** What looks at a request that has come in, and refuses it. */
type Refusing<Context> = (request: Request, context: Context) => Promise<void> | undefined

export interface Identities {
  /** `undefined` where there are no keys to verify overrides with. */
  readonly overriding: Overriding | undefined
  /**
   * Goes on with who sent the request: where a binding has not said it, by the token that it brings. A token that is not valid goes on as a
   * refusal, which is told further in, where it is traced and answered as all others.
   *
   * @param audience as of `callerOf`.
   */
  arriving<Of extends Coming, Result>(
    request: Request,
    arrival: Of,
    audience: () => ServiceName | undefined,
    go: (arrival: Of, request: Request) => Promise<Result>,
  ): Promise<Result>
  /** The guard that tells a refusal before it asks anyone. */
  refusing<Context>(
    guard: Refusing<Context> | undefined,
  ): Refusing<Context & { readonly arrival?: { readonly refusal?: unknown } }>
  /**
   * Who sent a request, by the tokens that it brings: at once where the same were met before. `undefined` where they change nothing.
   *
   * @param isKnown has a binding said who calls? Then a guest's token gives its claims alone, and the mesh's own is not read.
   * @param audience the name under which the receiver is known; `undefined` where it has none, and no token can be for it.
   * @throws {MeshError} or rejects: `caller_unknown` for a token that is not valid, `trust_unavailable` where nobody can say.
   */
  callerOf(
    request: Request,
    isKnown: boolean,
    audience: () => ServiceName | undefined,
    defer: Defer,
  ): Shown | undefined | Promise<Shown | undefined>
  /** Signs for the caller towards members of the mesh. */
  readonly leaving: ObserverFilter<Leaving>
  /**
   * What this mesh tells of keys and tokens at paths of its own hosts: its public keys at `/-/trust/jwks.json`, to anyone; at `/-/whoami` who asks, where a
   * token says it. `undefined` at any other path, and where there is nothing to tell.
   *
   * @param by who asks, as far as a binding says it.
   */
  answer(path: string, request: Request, by: Caller, defer: Defer): Promise<Response> | undefined
}
