/** Reads what a request brings with it from the hop before: where both modes begin. */
import { type Allowance, allowance } from '../core/allowance.ts'
import type { Proof } from '../core/caller.ts'
import { type Deadline, deadlineIn } from '../core/deadline.ts'
import type { ServiceName } from '../core/endpoint.ts'
import type { RequestContext } from '../core/engine/context.ts'
import { type Subrequests, subrequests } from '../core/engine/subrequests.ts'
import type { Place } from '../core/locality.ts'
import type { Priority } from '../core/priority.ts'
import { receipt } from '../core/receipt.ts'
import type { Span, Trace } from '../core/span.ts'
import { readAllowance } from '../wire/allowance.ts'
import { readTimeoutMs } from '../wire/deadline.ts'
import { BAGGAGE, type HeaderSource, PRIORITY } from '../wire/headers.ts'
import { withoutOverride } from '../wire/override/member.ts'
import { type PickedHeaders, pickHeaders } from '../wire/picked.ts'
import { readPlace } from '../wire/place.ts'
import { readPriority } from '../wire/priority.ts'
import { readTrace } from '../wire/traceparent.ts'
import { readHops } from '../wire/via.ts'
import type { Called } from './called-host.ts'
import type { Settings } from './options.ts'
import { demandOf } from './receipts/demand.ts'
import type { Inquiry } from './receipts/inquiry.ts'

/** Keeps the isolate alive for work that outlives the answer. */
export type Defer = (work: Promise<unknown>) => void

/** A request that came in, and what its caller said of it. */
export interface Inbound extends Omit<RequestContext, 'defer'> {
  /** Keeps work alive that outlives a call; `undefined` where nobody does, and each call must wait for its own. */
  readonly defer: Defer | undefined
  /** Who sent it, where that is known for certain. */
  readonly caller: ServiceName | undefined
  /** What shows who sent it. */
  readonly proof: Proof
  /** The caller's deadline. A stranger may say one too: it can only shorten what the mesh would allow. */
  readonly deadline: Deadline
  /** The caller's own: it aborts when the caller leaves. Asked for only where needed: the platform makes it then. */
  signal(): AbortSignal | undefined
  /** What the mesh read of its headers; `undefined` where no request came. */
  readonly headers: PickedHeaders | undefined
  /** Where the caller is, if the platform says it. Asked for only where endpoints say where they are. */
  place(): Place | undefined
  /** What it asks besides; `undefined` where it asks nothing, or is not believed. */
  readonly inquiry: Inquiry | undefined
  /** Hops made so far. */
  readonly hops: number
  readonly trace: Trace | undefined
  /** Its span, where it has one. */
  readonly span: Span | undefined
  /** How much it matters. A stranger may say that it matters less than most, never that it matters more. */
  readonly priority: Priority
  /** What may still be asked of the platform on its behalf. */
  readonly subrequests: Subrequests
  /** Retries that the caller granted to this call and all beneath it, if it did. */
  readonly allowance: Allowance | undefined
  /** Its baggage, where this mesh can verify the override in it: it has not yet. */
  readonly baggage: string | null
}

/** What is known of who calls, besides the request. */
export interface Arrival {
  /** Is the caller believed? What others say can only take away. */
  readonly trusted: boolean
  /** Its name, where that is known for certain: never by what the request says. */
  readonly caller?: ServiceName | undefined
  /** What shows it. Default `none`. */
  readonly proof?: Proof | undefined
  /** Why it is refused, where it brought a token that is not valid. */
  readonly refusal?: unknown
  /** What the token of a guest says. */
  readonly claims?: Readonly<Record<string, unknown>> | undefined
  readonly defer: Defer | undefined
}

/** A request that arrived at the mesh as a proxy. */
export interface Forwarded extends Arrival {
  readonly defer: Defer
  /** Is told who sent it, where a token has shown it. */
  heard?(caller: ServiceName): void
  /** Which service it means; throws a MeshError where it means none. */
  identify(): Called
}

/** A request that came in, and what is known of it besides. */
export interface Arrived<Of extends Arrival> extends Inbound {
  readonly arrival: Of
}

export function accept<Of extends Arrival>(request: Request, arrival: Of, settings: Settings): Arrived<Of> {
  const { trusted, caller, proof = 'none' } = arrival
  const { clock, random, maxSubrequests, trust } = settings
  clock.turn?.()
  const headers = pickHeaders(request.headers)
  const notes = receipt()
  const granted = readAllowance(headers)
  // Who can verify an override believes it for its signature, whoever brings it.
  const mayVerify = trust?.readsOverrides === true
  const isDropped = !trusted && !mayVerify
  if (isDropped) dropOverride(headers)
  return {
    clock,
    random,
    trusted,
    caller,
    proof,
    receipt: notes,
    arrival,
    defer: arrival.defer,
    headers,
    signal: () => request.signal,
    place: () => readPlace(request),
    inquiry: headers.asks && trusted ? demandOf(headers, undefined) : undefined,
    deadline: deadlineIn(readTimeoutMs(headers, clock.now(), notes), clock),
    hops: readHops(headers),
    trace: traceOf(headers, isDropped),
    priority: acceptedPriority(headers, trusted),
    subrequests: subrequests(maxSubrequests),
    allowance: granted === undefined ? undefined : allowance(granted),
    baggage: mayVerify ? headers.get(BAGGAGE) : null,
    // Given by the inbound stack: contexts have one shape.
    span: undefined,
  }
}

/** A stranger can only lower it. */
export function acceptedPriority(headers: HeaderSource, trusted: boolean): Priority {
  const said = readPriority(headers) ?? 'default'
  return trusted || said === 'sheddable' ? said : 'default'
}

/**
 * The priority of a call made on behalf of a request: as the call says, or else as the request's own. A header that was
 * copied from the request says nothing new: or a handler that passes headers on would believe a stranger.
 */
export function priorityOf(call: PickedHeaders, from: Inbound): Priority {
  const said = readPriority(call)
  return said === undefined || call.get(PRIORITY) === from.headers?.get(PRIORITY) ? from.priority : said
}

/** Baggage of a stranger is carried without its overrides, where nobody can verify them. */
function traceOf(headers: PickedHeaders, isDropped: boolean): Trace | undefined {
  const trace = readTrace(headers)
  return trace && isDropped ? { ...trace, baggage: withoutOverride(trace.baggage) } : trace
}

/** Nor is an override believed that a handler has copied from a stranger's request: what it writes itself, it says. */
export function dropCopiedOverride(call: PickedHeaders, from: Inbound): void {
  if (!from.trusted && call.get(BAGGAGE) === from.headers?.get(BAGGAGE)) dropOverride(call)
}

/** A stranger may not swap names: what its baggage says of it goes no further. */
function dropOverride(headers: PickedHeaders): void {
  const { passedOn } = headers
  const said = headers.get(BAGGAGE) ?? undefined
  const kept = withoutOverride(said)
  if (kept === said) return
  if (kept === undefined) passedOn.delete(BAGGAGE)
  else passedOn.set(BAGGAGE, kept)
}

/** The context of a call that no request brought: a cron trigger, a queue, a script. */
export function root({ clock, random, maxSubrequests, waitUntil }: Settings): Inbound {
  return {
    clock,
    random,
    trusted: true,
    caller: undefined,
    proof: 'own',
    receipt: receipt(),
    defer: waitUntil,
    headers: undefined,
    signal: () => undefined,
    place: () => undefined,
    inquiry: undefined,
    deadline: deadlineIn(Number.POSITIVE_INFINITY, clock),
    hops: 0,
    trace: undefined,
    span: undefined,
    priority: 'default',
    subrequests: subrequests(maxSubrequests),
    allowance: undefined,
    baggage: null,
  }
}

/**
 * The same for a call that passes headers on: a Request, or the Headers of one, may be a stranger's. What they say of priority
 * and overrides is then not the word of the code that calls.
 */
export function rootOfCopy(settings: Settings, call: PickedHeaders): Inbound {
  return { ...root(settings), trusted: false, headers: call }
}
