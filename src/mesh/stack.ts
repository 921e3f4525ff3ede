/** The two stacks of the mesh, in reading order. There is no third path. */
import type { Service } from '../core/service.ts'
import { stack } from '../core/stack.ts'
import { admission } from '../filters/admission.ts'
import { balance } from '../filters/balance/balance.ts'
import { cors } from '../filters/cors.ts'
import { attemptDeadline, hasAttemptDeadline, ruleDeadline } from '../filters/deadline.ts'
import { idle } from '../filters/idle.ts'
import { shed } from '../filters/limit/shed.ts'
import { loop } from '../filters/loop.ts'
import { meter } from '../filters/meter.ts'
import { mirror } from '../filters/mirror.ts'
import { nativeGrpc } from '../filters/native-grpc.ts'
import { detect } from '../filters/outlier/detect.ts'
import { propagate } from '../filters/propagate.ts'
import { redirect } from '../filters/redirect.ts'
import { rescue } from '../filters/rescue.ts'
import { hedge, isHedged } from '../filters/retry/hedge.ts'
import { lend } from '../filters/retry/lend.ts'
import { retry } from '../filters/retry/retry.ts'
import { rewrite } from '../filters/rewrite.ts'
import { reach } from '../filters/route/reach.ts'
import { remember } from '../filters/route/remember.ts'
import { type Routed, route } from '../filters/route/route.ts'
import { settle } from '../filters/settle.ts'
import { clientTrace, serverTrace } from '../filters/trace.ts'
import { type Snapshot, snapshot } from '../registry/snapshot.ts'
import { unreachableBecause } from '../transport/reach.ts'
import { explain, type Sent, send } from '../transport/send.ts'
import type { Inbound } from './accept.ts'
import { type Fleet, fleet, type LiveService } from './fleet.ts'
import type { Named } from './named.ts'
import { names } from './names.ts'
import type { Settings } from './options.ts'
import { resolve } from './resolve.ts'
import { everything, type Way } from './routes.ts'

/** How long the registry has to answer, in milliseconds. */
const REGISTRY_READ_MS = 1000

/** A request that comes to the mesh from outside. The proxy enters here; so does `mesh.serve(handler)`. */
export const inbound = <Arrived extends Inbound>({ sink, maxHops }: Settings, to: Service<Arrived>): Service<Arrived> =>
  stack<Arrived>()
    .push(settle) // top: an error, too, settles the allowance that the caller granted
    .push(serverTrace(sink)) // above all that can refuse: refusals are traced too
    .push(rescue) // whatever is thrown beneath becomes a problem that names its trace
    .push(loop(maxHops)) // before any work is done for a request that has been here
    .over(to)

/** A call to a service by its name. Both modes enter here; what is thrown is a MeshError. */
export const outbound = (
  { sink, idleMs, platformCancels }: Settings,
  snapshot: Snapshot,
  fleet: Fleet,
  send: Service<Sent>,
): Service<Named> => {
  const known = names(snapshot, fleet)

  const sent = stack<Resolved>()
    .push(ruleDeadline(!platformCancels)) // above retry: all attempts share what the record and the caller allow
    .push(nativeGrpc) // above retry: what the endpoint answered is lost, and would be again
    .push(retry) // ── beneath this line everything runs once an attempt ──
    .push(shed) // beneath retry: a retry adds to an overload as any request does
    .pushWhere(isHedged, hedge) // beneath retry: it makes two of one attempt, and what they come to is judged once
    .push(balance) // beneath retry: a second attempt may go elsewhere
    .push(detect) // next to balance: nothing may wait between the choice of an endpoint and its probe
    .push(admission) // beneath balance: the time that is needed is the endpoint's
    .push(meter) // beneath admission: what is refused costs nothing
    .push(lend) // beneath balance: what is lost with an answer depends on who was asked
    .pushWhere(hasAttemptDeadline, attemptDeadline) // beneath balance: its load hears of timeouts
    .push(clientTrace(sink)) // a span an attempt
    .push(propagate) // writes what is left of the deadline as the request leaves
    .push(idle(idleMs)) // beneath propagate: what streams on after the answer shows by headers that do not travel on
    .push(explain) // next to the network: all above hear of it in the mesh's own words
    .over(send)

  const bare = stack<Chosen>()
    .push(reach(known.backend)) // gives the service of the backend: every policy beneath is the rule's, then its own
    .over(sent)

  const furnished = stack<Chosen>()
    .push(cors) // above all that answers: a preflight reaches nothing, and a redirect is for pages, too
    .push(redirect) // above all that needs a backend
    .push(rewrite) // above retry: once a request
    .push(remember) // above retry: who answered is known when all attempts are made
    .push(reach(known.backend)) // gives the service of the backend: every policy beneath is the rule's, then its own
    .push(mirror(known.copy)) // above retry: one copy a request; above the deadline: each has its own
    .over(sent)

  const ruled = stack<Resolved>()
    .push(route(known.wider, everything)) // gives the rule, and which of its backends takes the request
    .over((request, context) => (context.plan.isBare ? bare : furnished)(request, context))

  return stack<Named>()
    .push(resolve(known)) // gives the service: its policy, and what was learned of it
    .over((request, context) => (context.service.routes ? ruled : sent)(request, context))
}

/** What a call is when its name has been looked up. */
type Resolved = Named & { readonly service: LiveService; readonly key: string }

/** What it is when its rule has been found. */
type Chosen = Resolved & Routed<Way, LiveService>

/** The outbound stack, over a snapshot and a fleet of its own. */
export function caller(settings: Settings): Service<Named> {
  const { bindings, cloud } = settings
  return outbound(
    settings,
    snapshot(settings.registry, { ...settings, readMs: REGISTRY_READ_MS }),
    fleet({ ...settings, unreachableBecause: (target) => unreachableBecause(target, bindings, cloud !== undefined) }),
    send(settings),
  )
}
