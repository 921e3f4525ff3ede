/** A call to a name: what the outbound stack begins with. */

import type { Upload } from '../core/bytes/upload.ts'
import type { Proof } from '../core/caller.ts'
import type { Deadline } from '../core/deadline.ts'
import type { ServiceName } from '../core/endpoint.ts'
import type { Priority } from '../core/priority.ts'
import type { Receipt } from '../core/receipt.ts'
import type { Trace } from '../core/span.ts'
import type { PickedHeaders } from '../wire/picked.ts'
import type { Defer, Inbound } from './accept.ts'

/** What a call adds to the request on whose behalf it is made. */
export interface NewCall {
  readonly name: ServiceName
  /** Who calls, where that is known. */
  readonly caller: ServiceName | undefined
  /** What shows it. */
  readonly proof: Proof
  /** What the token of a guest says. */
  readonly claims?: Readonly<Record<string, unknown>> | undefined
  /** Path and query, from the first slash. */
  readonly path: string
  /** How many characters of the URL's path stand before it, and name the service. */
  readonly mountLength?: number | undefined
  /** Of the request that is sent. */
  readonly headers: PickedHeaders
  readonly receipt: Receipt
  readonly trace: Trace | undefined
  readonly deadline: Deadline
  readonly priority: Priority
  /** Keeps work alive that outlives the call. */
  readonly defer: Defer
  /** Its body; `undefined` where there is none. */
  readonly upload?: Upload | undefined
  /** Abort when a caller leaves. */
  signals(): readonly AbortSignal[]
  /** The one of this call alone, which may live on when the call has ended. */
  readonly own?: AbortSignal | undefined
}

export interface Named extends Omit<Inbound, keyof NewCall>, NewCall {
  /** Keeps work alive that no call waits for; `undefined` where nobody does. */
  readonly background?: Defer | undefined
  /** As the caller said it, whatever the record allows. */
  readonly callersDeadline?: Deadline | undefined
}

/** What the context of a call has room for. */
export type CallNames = keyof ReturnType<typeof named>

/** One literal for every call, with room for all that the filters beneath will give: so that contexts have one shape. */
export function named(from: Inbound, added: NewCall) {
  const {
    clock,
    random,
    trusted,
    signal,
    place,
    inquiry,
    hops,
    allowance,
    baggage,
    subrequests,
    defer: background,
    span,
  } = from
  const {
    name,
    caller,
    proof,
    claims,
    path,
    mountLength,
    headers,
    receipt,
    trace,
    deadline,
    priority,
    defer,
    upload,
    signals,
    own,
  } = added
  const call = {
    clock,
    random,
    trusted,
    defer,
    background,
    signal,
    place,
    inquiry,
    hops,
    allowance,
    baggage,
    subrequests,
    name,
    caller,
    proof,
    claims,
    path,
    mountLength,
    headers,
    receipt,
    trace,
    deadline,
    callersDeadline: deadline,
    priority,
    upload,
    signals,
    own,
    // What the filters beneath give: one that gives anything else does not compile. Spelled out: to spread it here would cost as much as to choose an endpoint.
    calledAt: undefined,
    service: undefined,
    recordKey: undefined,
    asked: undefined,
    passedBy: undefined,
    way: undefined,
    backend: undefined,
    route: undefined,
    ticket: undefined,
    isKept: undefined,
    found: undefined,
    work: undefined,
    attempt: undefined,
    isAwaited: undefined,
    candidate: undefined,
    endpoint: undefined,
    isCold: undefined,
    note: undefined,
    pick: undefined,
    sentAt: undefined,
    disconnect: undefined,
    lent: undefined,
    loan: undefined,
    settled: undefined,
    span,
    callSpan: undefined,
    outgoing: undefined,
    seen: undefined,
  }
  return call satisfies Named
}
