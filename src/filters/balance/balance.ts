/** Gives the endpoint of an attempt, and tells its load what came of it. */
import type { Cancellation } from '../../core/cancellation.ts'
import type { Clock } from '../../core/clock.ts'
import type { Deadline } from '../../core/deadline.ts'
import type { Endpoint } from '../../core/endpoint.ts'
import { MeshError } from '../../core/errors.ts'
import type { Place } from '../../core/locality.ts'
import { classify, classifyError, type Outcome } from '../../core/outcome.ts'
import type { Priority } from '../../core/priority.ts'
import type { Random } from '../../core/random.ts'
import type { AttemptNote, Receipt } from '../../core/receipt.ts'
import type { Filter } from '../../core/service.ts'
import { readPushback } from '../../wire/pushback.ts'
import type { Balancer, Candidate } from './balancer.ts'
import type { Localities } from './locality.ts'

interface Needs {
  readonly clock: Clock
  readonly random: Random
  readonly receipt: Receipt
  readonly deadline: Deadline
  readonly attempt: { readonly number: number; readonly isHedge?: true }
  readonly priority: Priority
  readonly service: {
    readonly candidates: readonly Candidate[]
    /** Endpoints of the record that cannot be reached from here: a binding that this Worker does not have. */
    readonly unreachable: readonly Endpoint[]
    readonly balancer: Balancer
    /** Gives those that are not ejected: the very list where none is, or where too many are. */
    readonly detector: { available<Of extends Candidate>(candidates: readonly Of[], now: number): readonly Of[] }
    /** The header that says which requests belong together, where the record names one. */
    readonly keyedBy: string | undefined
    /** How near each candidate is, where any of them says where it is. */
    readonly localities: Localities<Candidate> | undefined
    /** How many requests may be in flight to one of them. */
    readonly limiter: {
      admits(inFlight: number, priority: Priority, now: number): boolean
      note(priority: Priority, now: number): void
      refusal(priority: Priority, now: number, random: Random): MeshError
    }
  }
  place(): Place | undefined
  readonly work: Cancellation
}

interface Gives {
  readonly candidate: Candidate
  readonly endpoint: Endpoint
}

/** How long after its deadline a request in flight is believed to be alive, in milliseconds. */
const GRACE_MS = 1000
/** The same for a request without a deadline. */
const LONGEST_MS = 900_000

/** Beneath retry: a second attempt may go elsewhere. */
export const balance: Filter<Needs, Gives> = async function balance(request, context, next) {
  const { clock, receipt, deadline } = context
  const now = clock.now()
  const candidate = choose(request, context, now)
  const { endpoint } = candidate
  const pick = candidate.load.start(now, Math.min(deadline.at + GRACE_MS, now + LONGEST_MS))
  const note: AttemptNote = {
    number: context.attempt.number,
    endpoint: endpoint.id,
    startedAt: now,
    tookMs: 0,
    outcome: undefined,
    status: undefined,
  }
  receipt.attempts.push(note)
  // The handler of a caller that left is not resumed: what is held is given back from here.
  context.work.onCancel((reason) => settle(classifyError(reason)))

  try {
    const response = await next(request, { candidate, endpoint })
    note.status = response.status
    const outcome = classify(response)
    settle(outcome, outcome === 'failure' ? readPushback(response.headers, clock.now()).waitMs : undefined)
    return response
  } catch (error) {
    settle(classifyError(error))
    throw error
  }

  function settle(outcome: Outcome, hintMs?: number): void {
    if (note.outcome !== undefined) return
    const at = clock.now()
    note.outcome = outcome
    note.tookMs = at - now
    pick.settle(outcome, at, hintMs)
    if (outcome === 'success') candidate.latency.add(note.tookMs, at)
  }
}

/** One that has room for the call: asked of the one that is chosen, and of all only where that one has none. */
function choose(request: Request, context: Needs, now: number): Candidate {
  const { service, priority, place } = context
  const { balancer, limiter, localities, keyedBy } = service
  const key = keyedBy === undefined ? undefined : (request.headers.get(keyedBy) ?? undefined)
  limiter.note(priority, now)
  const hasRoom = ({ load }: Candidate) => limiter.admits(load.inFlight(now), priority, now)

  const usable = available(context, now)
  const near = localities ? localities.near(usable, place()) : usable
  const chosen = balancer(preferred(near, usable, context), now, key)
  if (hasRoom(chosen)) return chosen
  const free = usable.filter(hasRoom)
  if (free.length === 0) throw limiter.refusal(priority, now, context.random)
  const nearest = localities ? localities.nearest(free, place()) : free
  return balancer(preferred(nearest, free, context), now, key)
}

/** Those that can be reached and are not ejected. */
function available({ service, receipt }: Needs, now: number): readonly Candidate[] {
  if (service.candidates.length === 0) {
    const missing = service.unreachable.map(({ id }) => id).join(', ')
    throw new MeshError(
      'no_endpoint',
      `Service "${receipt.service}" has no endpoint that can be reached from here: ${missing}.`,
    )
  }
  const candidates = service.detector.available(service.candidates, now)
  if (candidates.length < service.candidates.length) receipt.ejected = missingFrom(candidates, service.candidates)
  return candidates
}

/** A retry goes to an endpoint that has not been tried for this call, while there is one: a near one if that can be. */
function preferred(near: readonly Candidate[], usable: readonly Candidate[], context: Needs): readonly Candidate[] {
  const { service, attempt, receipt, place } = context
  if (attempt.number === 1 || (usable.length === 1 && !attempt.isHedge)) return near
  const fresh = untried(near, receipt)
  if (fresh.length > 0) return fresh
  const { localities } = service
  const further = localities ? localities.nearest(untried(usable, receipt), place()) : fresh
  if (further.length > 0) return further
  if (attempt.isHedge) throw new MeshError('no_endpoint', 'A hedge goes to another endpoint, and there is none.')
  return near
}

function untried(candidates: readonly Candidate[], { attempts }: Receipt): readonly Candidate[] {
  return candidates.filter(({ endpoint }) => !attempts.some((note) => note.endpoint === endpoint.id))
}

/** The ids of those that were passed over. */
function missingFrom(some: readonly Candidate[], all: readonly Candidate[]): string[] {
  return all.filter((candidate) => !some.includes(candidate)).map(({ endpoint }) => endpoint.id)
}
