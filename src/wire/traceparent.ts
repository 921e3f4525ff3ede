/** W3C Trace Context in headers, both ways. */
import type { Trace } from '../core/span.ts'
import { BAGGAGE, type HeaderSource, TRACEPARENT, TRACESTATE } from './headers.ts'

const TRACEPARENT_FORM = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/
const ZERO = /^0+$/
/** Members of a tracestate, at most (W3C Trace Context §3.3.1.1). */
const MAX_STATE_MEMBERS = 32

/** The trace a request belongs to, `undefined` where none is said or what is said is malformed: then a new one starts. */
export function readTrace(headers: HeaderSource): Trace | undefined {
  const text = headers.get(TRACEPARENT)
  if (text === null) return undefined
  const parts = TRACEPARENT_FORM.exec(text)
  if (!parts) return undefined
  const [, version, traceId, spanId, flags, rest] = parts as unknown as [
    string,
    string,
    string,
    string,
    string,
    string?,
  ]
  // Version ff is forbidden; version 00 has four fields; later versions may have more and are read by their prefix.
  if (version === 'ff' || (version === '00' && rest) || ZERO.test(traceId) || ZERO.test(spanId)) return undefined
  return {
    traceId,
    spanId,
    // Level 2 knows two flags, sampled (1) and random (2); others are zeroed.
    flags: Number.parseInt(flags, 16) & 3,
    state: readState(headers.get(TRACESTATE)),
    baggage: headers.get(BAGGAGE) ?? undefined,
  }
}

/** `00-<trace id>-<span id>-<flags>`. */
export function traceparent(traceId: string, spanId: string, flags: number): string {
  return `00-${traceId}-${spanId}-0${flags & 3}`
}

/** Dropped whole when it has more members than may be. */
function readState(text: string | null): string | undefined {
  return text === null || text.split(',').length > MAX_STATE_MEMBERS ? undefined : text
}
