/** The two stacks of the mesh, in reading order. There is no third path. */
import type { Service } from '../core/service.ts'
import { stack } from '../core/stack.ts'
import { admission } from '../filters/admission.ts'
import { balance } from '../filters/balance/balance.ts'
import { attemptDeadline, ruleDeadline } from '../filters/deadline.ts'
import { idle } from '../filters/idle.ts'
import { shed } from '../filters/limit/shed.ts'
import { loop } from '../filters/loop.ts'
import { meter } from '../filters/meter.ts'
import { detect } from '../filters/outlier/detect.ts'
import { propagate } from '../filters/propagate.ts'
import { rescue } from '../filters/rescue.ts'
import { hedge } from '../filters/retry/hedge.ts'
import { lend } from '../filters/retry/lend.ts'
import { retry } from '../filters/retry/retry.ts'
import { settle } from '../filters/settle.ts'
import { clientTrace, serverTrace } from '../filters/trace.ts'
import { type Snapshot, snapshot } from '../registry/snapshot.ts'
import { unreachableBecause } from '../transport/reach.ts'
import { type Sent, send } from '../transport/send.ts'
import type { Inbound } from './accept.ts'
import { type Fleet, fleet } from './fleet.ts'
import type { Named } from './named.ts'
import type { Settings } from './options.ts'
import { resolve } from './resolve.ts'

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
): Service<Named> =>
  stack<Named>()
    .push(resolve(snapshot, fleet)) // gives the service: its policy, and what was learned of it
    .push(ruleDeadline(!platformCancels)) // above retry: all attempts share what the record and the caller allow
    .push(retry) // ── beneath this line everything runs once an attempt ──
    .push(shed) // beneath retry: a retry adds to an overload as any request does
    .push(hedge) // beneath retry: it makes two of one attempt, and what they come to is judged once
    .push(balance) // beneath retry: a second attempt may go elsewhere
    .push(detect) // next to balance: nothing may wait between the choice of an endpoint and its probe
    .push(admission) // beneath balance: the time that is needed is the endpoint's
    .push(meter) // beneath admission: what is refused costs nothing
    .push(lend) // beneath balance: what is lost with an answer depends on who was asked
    .push(attemptDeadline) // beneath balance: its load hears of timeouts
    .push(clientTrace(sink)) // a span an attempt
    .push(propagate) // writes what is left of the deadline as the request leaves
    .push(idle(idleMs)) // last: what streams on after the answer shows by headers that do not travel on
    .over(send)

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
