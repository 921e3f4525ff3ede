/** One timed thing in a trace. Plain values: a span may be kept after its request has ended. */
import type { Outcome } from './outcome.ts'
import type { Random } from './time/random.ts'

/** What of a trace travels from hop to hop (W3C Trace Context). */
export interface Trace {
  /** 32 hex digits. */
  readonly traceId: string
  /** 16 hex digits: the span that called; empty where the trace begins. */
  readonly spanId: string
  /** Trace flags: 1 sampled, 2 random trace id. */
  readonly flags: number
  /** Carried on as it came. */
  readonly state?: string | undefined
  /** W3C baggage, carried on as it came. */
  readonly baggage?: string | undefined
}

export interface Span {
  readonly traceId: string
  readonly spanId: string
  readonly parentId: string | undefined
  readonly flags: number
  /** `server`: a request that came in. `call`: one to a name, where the sink asks for those. `client`: one attempt that went out. */
  readonly kind: 'server' | 'call' | 'client'
  /** The method of a request, the name of a call, the endpoint of an attempt. */
  name: string
  readonly startedAt: number
  endedAt: number
  status: number | undefined
  outcome: Outcome | undefined
  /** A mesh error code, where the mesh failed it. */
  error: string | undefined
  /** 1 is the first attempt; 0 on a span that is none. */
  attempt: number
}

/**
 * A trace that begins. Its id is random (flag 2), and the same id is sampled (flag 1) at every share that is larger.
 *
 * @param share of the traces that are sampled, 0 to 1.
 */
export function newTrace(random: Random, share = 1): Trace {
  const traceId = random.hex(16)
  // 13 hex digits are as many as a number holds exactly.
  return { traceId, spanId: '', flags: Number.parseInt(traceId.slice(19), 16) < share * 2 ** 52 ? 3 : 2 }
}

/** Opens a span beneath `parent`, or the first of a new trace. */
export function openSpan(
  kind: Span['kind'],
  name: string,
  parent: Trace | undefined,
  startedAt: number,
  random: Random,
  share?: number,
): Span {
  const { traceId, spanId: parentId, flags } = parent ?? newTrace(random, share)
  return {
    traceId,
    spanId: random.hex(8),
    parentId: parentId || undefined,
    flags,
    kind,
    name,
    startedAt,
    endedAt: startedAt,
    status: undefined,
    outcome: undefined,
    error: undefined,
    attempt: 0,
  }
}
