/** The two stacks of the mesh, in reading order. There is no third path. */
import type { Service } from '../core/engine/service.ts'
import { observer, stack } from '../core/engine/stack.ts'
import { admission } from '../features/admission/filter.ts'
import { lend } from '../features/allowance/filter.ts'
import { balance } from '../features/balance/filter.ts'
import { cors } from '../features/cors/filter.ts'
import { attemptDeadline, hasAttemptDeadline, ruleDeadline } from '../features/deadline/filter.ts'
import { hedge, isHedged } from '../features/hedge/filter.ts'
import { idle } from '../features/idle/filter.ts'
import { shed } from '../features/limit/filter.ts'
import { loop } from '../features/loop/filter.ts'
import { meter } from '../features/meter/filter.ts'
import { mirror } from '../features/mirror/filter.ts'
import { isOfNativeGrpc, nativeGrpc } from '../features/native-grpc/filter.ts'
import { detect } from '../features/outlier/filter.ts'
import { propagate } from '../features/propagate/filter.ts'
import { redirect } from '../features/redirect/filter.ts'
import { rescue } from '../features/rescue/filter.ts'
import { retry } from '../features/retry/filter.ts'
import { rewrite } from '../features/rewrite/filter.ts'
import { isRuled, route } from '../features/route/filter.ts'
import { reach } from '../features/route/reach.ts'
import { remember } from '../features/route/remember.ts'
import { settle } from '../features/settle/filter.ts'
import { clientTrace, serverTrace } from '../features/trace/filter.ts'
import { hasUpload, upload } from '../features/upload/filter.ts'
import { senders } from '../features/upload/senders.ts'
import { REGISTRY_READ_MS } from '../registry/reader.ts'
import { type Snapshot, snapshot } from '../registry/snapshot.ts'
import { unreachableBecause } from '../targets/roads.ts'
import { explain, send } from '../targets/send.ts'
import type { Sent } from '../targets/sent.ts'
import type { Arrival, Inbound, Arrived as Read } from './accept.ts'
import type { CallNames, Named } from './call-context.ts'
import type { Settings } from './options.ts'
import { resolve } from './resolve.ts'
import { type Resolver, resolver } from './resolver.ts'
import { everything } from './routes.ts'
import { type Services, services } from './services.ts'
import type { Identities } from './trust/identities.ts'
import { isRated, isRatedApart, lacksRates, mayBeRated } from './trust/rates.ts'
import { type Guard, isGuarded, isGuardedApart, lacksTrust, unguarded } from './trust/trust.ts'

/** A request that comes to the mesh from outside. The proxy enters here; so does `mesh.serve(handler)`. */
export const inbound = <Arrived extends Inbound>(
  { sink, maxHops, log, stats }: Settings,
  to: Service<Arrived>,
  guard?: Guard,
): Service<Arrived> => {
  const top = stack<Arrived, keyof Read<Arrival>>()
    .push(settle) // top: an error, too, settles the allowance that the caller granted
    .push(serverTrace(sink)) // above all that can refuse: refusals are traced too
    .push(rescue(log)) // whatever is thrown beneath becomes a problem that names its trace
  // Beneath rescue: why it failed is known.
  const counted = stats?.served ? top.push(stats.served) : top
  const looped = counted.push(loop(maxHops)) // before any work is done for a request that has been here
  // Next to the handler: refusals are traced and answered as all others. Pushed where there is a guard: a branch would cost each request a run of its own.
  const guarded = guard ? looped.push(guardedBy(guard)) : looped
  return guarded.over(to)
}

function guardedBy(guard: Guard) {
  return observer<Inbound & Partial<Pick<Read<Arrival>, 'arrival'>>>('guarded', {
    enter: (request, context) => guard(request, context),
  })
}

/** A call to a service by its name. Both modes enter here; what is thrown is a MeshError. */
export const outbound = (
  { sink, idleMs, platformCancels, trust, rates, log, counting, points }: Settings,
  snapshot: Snapshot,
  services: Services,
  send: Service<Sent>,
  identities?: Identities,
): Service<Named> => {
  const known = resolver(snapshot, services)
  const guards = trust?.guards(log) ?? unguarded
  const counts = rates?.counts(log) ?? unguarded
  const top = stack<Named, CallNames>()
  // What a caller sees is counted, whoever beneath has made it.
  const counted = counting ? top.push(counting) : top
  const pointed = points ? counted.push(points) : counted
  const traced = sink.calls ? pointed.push(sink.calls) : pointed
  const resolved = traced.push(resolve(known)) // gives the service: its policy, and what was learned of it
  const overriding = identities?.overriding
  // Next to resolve: all beneath is that of the record that answers.
  const called = overriding ? resolved.pushWhere(overriding.isMet, overriding.filter(known.instead)) : resolved
  const written = called
    .pushFor(isRuled, route(known.wider, everything, known.backend)) // gives the rule, where the record has any, and which of its backends takes the request
    .pushWhere(({ way }) => way?.cors !== undefined, cors, isRuled) // above all that answers: a preflight reaches nothing
    .pushWhere(isGuarded, guards.called) // beneath cors: a preflight has no credentials; above all that tells or does anything
    .pushWhere(isRated, counts.called, mayBeRated) // beneath authorize: who may not call is not counted; above all that answers for the service
    .pushWhere(({ way }) => way?.redirect !== undefined, redirect, isRuled) // above all that needs a backend
    .pushWhere(({ way }) => way?.rewrite !== undefined, rewrite, isRuled) // above retry: once a request
    .pushWhere(({ route }) => route?.session !== undefined, remember, isRuled) // above retry: all attempts have been made
    .push(reach(known.backend)) // gives the service of the backend, under the policy of the rule
    .pushWhere(isGuardedApart, guards.backend) // a route is no way around the record whose endpoints are used
    .pushWhere(isRatedApart, counts.backend, isRuled) // above retry: once a request
    .pushWhere(isOfNativeGrpc, nativeGrpc) // above retry: what the endpoint answered is lost, and would be again
    .pushWhere(({ way }) => way?.mirrors !== undefined, mirror(guards.copy(known.copy))) // above retry: one copy a request
    .push(ruleDeadline(!platformCancels)) // above retry: all attempts share what the record and the caller allow
    .pushWhere(hasUpload, upload(senders())) // above retry: a request has one body, whatever becomes of its attempts
    .push(retry) // ── beneath this line everything runs once an attempt ──
    .push(shed) // beneath retry: a retry adds to an overload like every request
    .pushFor(isHedged, hedge) // beneath retry: it makes two of one attempt, and what they come to is judged once
    .push(balance) // beneath retry: a second attempt may go elsewhere
    .push(detect) // next to balance: nothing may wait between the choice of an endpoint and its probe
    .push(admission) // beneath balance: the time that is needed is the endpoint's
    .push(meter) // beneath admission: what is refused costs nothing
    .push(lend) // beneath balance: what is lost with an answer depends on who was asked
    .pushFor(hasAttemptDeadline, attemptDeadline) // beneath balance: its load hears of timeouts
    .push(clientTrace(sink)) // a span an attempt
    .push(propagate) // writes what is left of the deadline as the request leaves
  // Beneath propagate: it looks at what is about to leave, and where to. Only where the mesh has keys.
  const signed = identities ? written.push(identities.leaving) : written
  return signed
    .push(idle(idleMs)) // beneath propagate: what streams on after the answer shows by headers that do not travel on
    .push(explain) // next to the network: all above hear of it in the mesh's own words
    .over(send)
}

/** One mesh: the outbound stack over a snapshot and services of its own, what finds those, and the guard of the function that it is in. */
export function made(settings: Settings): {
  readonly call: Service<Named>
  /** The same services called under other settings. */
  calling(settings: Settings): Service<Named>
  readonly known: Resolver
  readonly services: Services
  readonly guard: Guard | undefined
  readonly identities: Identities | undefined
} {
  const { bindings, cloud, topics, trust, rates, name, log, defaults } = settings
  const records = snapshot(settings.registry, {
    ...settings,
    readMs: REGISTRY_READ_MS,
    lacks:
      trust && rates
        ? undefined
        : (record) => (trust ? undefined : lacksTrust(record)) ?? (rates ? undefined : lacksRates(record)),
  })
  const learned = services({
    ...settings,
    made: settings.stats?.made,
    raterOf: rates && ((rate, recordKey) => rates.rater(rate, recordKey, bindings)),
    unreachableBecause: (target) =>
      unreachableBecause(target, { bindings, hasCloud: cloud !== undefined, hasTopics: topics !== undefined }),
  })
  const known = resolver(records, learned)
  const identities = trust?.identities?.(settings)
  const calling = (settings: Settings) => outbound(settings, records, learned, send(settings), identities)
  const guard =
    trust && name !== undefined ? trust.guard(known, name, log, defaults.access, settings.registry.isRoad) : undefined
  return {
    call: calling(settings),
    calling,
    known,
    services: learned,
    guard: identities ? identities.refusing(guard) : guard,
    identities,
  }
}

/** The outbound stack alone. */
export function caller(settings: Settings): Service<Named> {
  return made(settings).call
}
