/** W3C Trace Context in headers, both ways. */
import type { Trace } from '../core/span.ts'
import { BAGGAGE, type HeaderSource, TRACEPARENT, TRACESTATE } from './headers.ts'

/** `<version>-<trace id>-<span id>-<flags>`; later versions may have more. */
const FORM = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}(?:-.*)?$/
/** Of version 00, which has those four fields and no more. */
const LENGTH = 55
const NO_TRACE_ID = '0'.repeat(32)
const NO_SPAN_ID = '0'.repeat(16)
/** Members of a tracestate, at most (W3C Trace Context §3.3.1.1). */
const MAX_STATE_MEMBERS = 32
/** What may stand in one, and in a member of it (Level 2, §3.3.1). Members are trimmed first: else white space would be gone through again and again. */
const STATE = /^[\t -~]*$/
const STATE_MEMBER = /^(?:[a-z0-9][a-z0-9_*/@-]{0,255}=[ -+\--<>-~]{0,255}[!-+\--<>-~])?$/

/** The trace a request belongs to, `undefined` where none is said or what is said is malformed: then a new one starts. */
export function readTrace(headers: HeaderSource): Trace | undefined {
  const text = headers.get(TRACEPARENT)
  if (text === null) return undefined
  // Version ff is forbidden.
  if (!FORM.test(text) || text.startsWith('ff') || (text.startsWith('00') && text.length > LENGTH)) return undefined
  const traceId = text.slice(3, 35)
  const spanId = text.slice(36, 52)
  if (traceId === NO_TRACE_ID || spanId === NO_SPAN_ID) return undefined
  return {
    traceId,
    spanId,
    // Level 2 knows two flags, sampled (1) and random (2); others are zeroed.
    flags: Number.parseInt(text.charAt(54), 16) & 3,
    state: readState(headers.get(TRACESTATE)),
    baggage: headers.get(BAGGAGE) ?? undefined,
  }
}

/** `00-<trace id>-<span id>-<flags>`. */
export function traceparent(traceId: string, spanId: string, flags: number): string {
  return `00-${traceId}-${spanId}-0${flags & 3}`
}

/** Dropped whole where it does not parse, or has more members than may be. */
function readState(text: string | null): string | undefined {
  if (!text || !STATE.test(text)) return undefined
  const members = text.split(',')
  const isRead = members.length <= MAX_STATE_MEMBERS && members.every((member) => STATE_MEMBER.test(member.trim()))
  return isRead ? text : undefined
}
