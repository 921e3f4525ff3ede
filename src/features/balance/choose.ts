/** Which endpoint an attempt goes to: narrowed step by step, where a step with nothing to say leaves the list as it is. */
import type { Endpoint } from '../../core/endpoint.ts'
import { MeshError } from '../../core/errors.ts'
import { isOut } from '../../core/health/health.ts'
import type { Place } from '../../core/locality.ts'
import type { Priority } from '../../core/priority.ts'
import type { Receipt, Skipped } from '../../core/receipt.ts'
import type { Random } from '../../core/time/random.ts'
import type { Balancer, Candidate } from './balancer.ts'
import type { Localities } from './locality.ts'

/** What the choice depends on. */
export interface Choosing {
  readonly random: Random
  readonly receipt: Receipt
  readonly attempt: { readonly number: number; readonly isHedge?: boolean }
  readonly priority: Priority
  readonly service: {
    readonly candidates: readonly Candidate[]
    /** Those of weight 0, beside others: only a session leads there. */
    readonly drained?: readonly Candidate[]
    /** Endpoints of the record that cannot be reached from here: a binding that this Worker does not have. */
    readonly unreachable: readonly Skipped[]
    readonly balancer: Balancer
    /** Gives those that are not ejected: the very list where none is, or where too many are. */
    readonly detector: { available<Of extends Candidate>(candidates: readonly Of[], now: number): readonly Of[] }
    /** The header that says which requests belong together, where the record names one. */
    readonly hashHeader: string | undefined
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
  /** Notes what a caller asks for that wants to know why. */
  readonly inquiry?: { readonly notes?: ChoiceNotes | undefined } | undefined
  /** Is this the endpoint of the caller's session? Left out where there is none. */
  readonly isKept?: ((endpoint: Endpoint, isDrained?: boolean) => boolean) | undefined
}

/** What the answer to "why this one?" is made of. */
export interface ChoiceNotes {
  /** @param choose is to be called once, with a context of the same kind. */
  choosing(context: Choosing, now: number, choose: (context: Choosing) => Candidate): Candidate
}

/** One that has room for the call: asked of the one that is chosen, and of all only where that one has none. */
export function choose(request: Request, context: Choosing, now: number): Candidate {
  const { attempt, service, place } = context
  const { balancer, limiter, localities, hashHeader } = service
  const hashKey = hashHeader === undefined ? undefined : (request.headers.get(hashHeader) ?? undefined)
  // A hedge is one too many: only half of the slots are for such.
  const priority = attempt.isHedge ? 'sheddable' : context.priority
  limiter.note(priority, now)

  const usable = available(context, now)
  const near = localities ? localities.near(usable, place()) : usable
  const chosen =
    kept(usable, context, now) ??
    probed(near, usable, hashKey, context) ??
    balancer(preferred(near, usable, context), now, hashKey)
  if (limiter.admits(chosen.load.inFlight(now), priority, now)) return chosen

  const free = usable.filter(({ load }) => limiter.admits(load.inFlight(now), priority, now))
  if (free.length === 0) throw limiter.refusal(priority, now, context.random)
  const nearest = localities ? localities.nearest(free, place()) : free
  return balancer(preferred(nearest, free, context), now, hashKey)
}

/** Those that can be reached and are not ejected. */
function available({ service, receipt }: Choosing, now: number): readonly Candidate[] {
  if (service.candidates.length === 0) {
    const missing = service.unreachable.map(({ endpoint, reason }) => `${endpoint} (${reason})`)
    const which = missing.length === 0 ? '' : ` that can be reached from here: ${missing.join(', ')}`
    throw new MeshError('no_endpoint', `Service "${receipt.service}" has no endpoint${which}.`)
  }
  const candidates = service.detector.available(service.candidates, now)
  if (candidates.length < service.candidates.length) receipt.ejected = missingFrom(candidates, service.candidates)
  return candidates
}

/** The endpoint of the caller's session, asked first: wherever it is, while it is not ejected. */
function kept(
  usable: readonly Candidate[],
  { isKept, attempt, service }: Choosing,
  now: number,
): Candidate | undefined {
  if (!isKept || attempt.number > 1 || attempt.isHedge) return undefined
  return (
    usable.find(({ endpoint }) => isKept(endpoint)) ??
    service.drained?.find(({ endpoint, health }) => isKept(endpoint, true) && (health?.until ?? 0) <= now)
  )
}

/**
 * One that is ejected and whose time is up, asked before any other: or one that is costly would wait for its probe until the
 * others cost more. What belongs to an endpoint by its key, or its session, stays there.
 */
function probed(
  near: readonly Candidate[],
  usable: readonly Candidate[],
  hashKey: string | undefined,
  { attempt, service }: Choosing,
): Candidate | undefined {
  // The very list of all: nobody is out.
  if (usable === service.candidates || hashKey !== undefined || attempt.number > 1 || attempt.isHedge) return undefined
  return near.find(({ health }) => health && isOut(health))
}

/** A retry goes to an endpoint that has not been tried for this call, while there is one: a near one if that can be. */
function preferred(near: readonly Candidate[], usable: readonly Candidate[], context: Choosing): readonly Candidate[] {
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
