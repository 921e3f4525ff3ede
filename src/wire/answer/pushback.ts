/** What an answer says of sending the request again. */
import type { Pushback } from '../../core/ending.ts'
import { RETRY_AFTER } from '../headers.ts'
import { RETRYABLE } from './fates.ts'

/** A wait that is stated and cannot be read is taken for this one; and without a deadline nobody waits for longer. */
export const LONGEST_WAIT_MS = 60_000

/** Reads every signal of the field; a stop wins over a go. */
export function readPushback(headers: Headers, now: number): Pushback {
  const grpcWait = headers.get('grpc-retry-pushback-ms')
  const stops =
    isFalse(headers.get(RETRYABLE)) ||
    isFalse(headers.get('l5d-retryable')) ||
    headers.has('x-envoy-overloaded') ||
    headers.has('x-envoy-ratelimited') ||
    headers.has('finagle-http-nonretryable-nack') ||
    // gRPC A6: negative or not a number means never.
    (grpcWait !== null && !/^\d{1,10}$/.test(grpcWait))
  if (stops) return { verdict: 'stop', waitMs: undefined }

  const goes =
    isTrue(headers.get(RETRYABLE)) || isTrue(headers.get('l5d-retryable')) || headers.has('finagle-http-nack')
  const waitMs = grpcWait === null ? readRetryAfterMs(headers.get(RETRY_AFTER), now) : Number(grpcWait)
  return { verdict: goes ? 'go' : undefined, waitMs }
}

/** The three forms of RFC 9110 §5.6.7; Date.parse alone would take almost anything. */
const HTTP_DATE =
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)(?:[a-z]*, \d\d([ -])[A-Z][a-z]{2}\1\d{2,4} [\d:]{8} GMT| [A-Z][a-z]{2} [ \d]\d [\d:]{8} \d{4})$/

/**
 * Milliseconds of a Retry-After, given in seconds or as a date (RFC 9110 §10.2.3). One that cannot be read is no leave to
 * come back at once.
 */
function readRetryAfterMs(text: string | null, now: number): number | undefined {
  if (text === null) return undefined
  if (/^\d+$/.test(text)) return Number(text) * 1000
  // Of the three forms, asctime's names no zone: it is GMT, too.
  const at = HTTP_DATE.test(text) ? Date.parse(text.endsWith('GMT') ? text : `${text} GMT`) : Number.NaN
  return Number.isNaN(at) ? LONGEST_WAIT_MS : Math.max(0, at - now)
}

/** Says every value of the list so? A header that came twice is one. */
function isTrue(text: string | null): boolean {
  return text?.split(',').every((one) => one.trim().toLowerCase() === 'true') ?? false
}

/** Says any value of the list so? */
function isFalse(text: string | null): boolean {
  return text?.split(',').some((one) => one.trim().toLowerCase() === 'false') ?? false
}
