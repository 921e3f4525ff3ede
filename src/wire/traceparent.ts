/** Trace context in headers (W3C Trace Context). */
import type { Trace } from '../core/span.ts'
import { BAGGAGE, type HeaderSource, TRACEPARENT, TRACESTATE } from './headers.ts'

/** `<version>-<trace id>-<span id>-<flags>`. Later versions may append fields. */
const FORM = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}(?:-.*)?$/
/** The length in version 00, which has exactly those four fields. */
const LENGTH = 55
const NO_TRACE_ID = '0'.repeat(32)
const NO_SPAN_ID = '0'.repeat(16)
/** The most members of a tracestate (W3C Trace Context §3.3.1.1). */
const MAX_STATE_MEMBERS = 32
/**
 * The characters of a tracestate, and the form of a member (Level 2, §3.3.1). Members are trimmed first: else a long run of
 * white space would take quadratic time.
 */
const STATE = /^[\t -~]*$/
const STATE_MEMBER = /^(?:[a-z0-9][a-z0-9_*/@-]{0,255}=[ -+\--<>-~]{0,255}[!-+\--<>-~])?$/

/** The trace of a request. `undefined` where the header is missing or malformed: then a new trace starts. */
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
    // Level 2 has two flags, sampled (1) and random (2). Others are set to zero.
    flags: Number.parseInt(text.charAt(54), 16) & 3,
    state: readState(headers.get(TRACESTATE)),
    baggage: headers.get(BAGGAGE) ?? undefined,
  }
}

/** `00-<trace id>-<span id>-<flags>`. */
export function traceparent(traceId: string, spanId: string, flags: number): string {
  return `00-${traceId}-${spanId}-0${flags & 3}`
}

/** The whole header is dropped where it does not parse, or has too many members. */
function readState(text: string | null): string | undefined {
  if (!text || !STATE.test(text)) return undefined
  const members = text.split(',')
  const isRead = members.length <= MAX_STATE_MEMBERS && members.every((member) => STATE_MEMBER.test(member.trim()))
  return isRead ? text : undefined
}
