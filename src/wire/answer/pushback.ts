/** Reads what an answer says of a retry: stop, go, or how long to wait. */
import type { Pushback } from '../../core/ending.ts'
import { RETRY_AFTER } from '../headers.ts'
import { RETRYABLE } from './fates.ts'

/** The wait where a header states one that cannot be read. Also the longest wait of a call without a deadline. */
export const LONGEST_WAIT_MS = 60_000

/** Reads the headers of gRPC, Envoy, Linkerd, Finagle and the mesh. A stop wins over a go. */
export function readPushback(headers: Headers, now: number): Pushback {
  const grpcWait = headers.get('grpc-retry-pushback-ms')
  const stops =
    isFalse(headers.get(RETRYABLE)) ||
    isFalse(headers.get('l5d-retryable')) ||
    headers.has('x-envoy-overloaded') ||
    headers.has('x-envoy-ratelimited') ||
    headers.has('finagle-http-nonretryable-nack') ||
    // gRPC A6: a negative value, or no number, means: do not retry.
    (grpcWait !== null && !/^\d{1,10}$/.test(grpcWait))
  if (stops) return { verdict: 'stop', waitMs: undefined }

  const goes =
    isTrue(headers.get(RETRYABLE)) || isTrue(headers.get('l5d-retryable')) || headers.has('finagle-http-nack')
  const waitMs = grpcWait === null ? readRetryAfterMs(headers.get(RETRY_AFTER), now) : Number(grpcWait)
  return { verdict: goes ? 'go' : undefined, waitMs }
}

/** The three date formats of RFC 9110 §5.6.7. `Date.parse` alone would accept almost anything. */
const HTTP_DATE =
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)(?:[a-z]*, \d\d([ -])[A-Z][a-z]{2}\1\d{2,4} [\d:]{8} GMT| [A-Z][a-z]{2} [ \d]\d [\d:]{8} \d{4})$/

/**
 * The wait of a Retry-After, in milliseconds. The header has seconds or a date (RFC 9110 §10.2.3). One that cannot be read
 * means a long wait, not none.
 */
function readRetryAfterMs(text: string | null, now: number): number | undefined {
  if (text === null) return undefined
  if (/^\d+$/.test(text)) return Number(text) * 1000
  // The asctime format names no time zone. It is GMT, too.
  const at = HTTP_DATE.test(text) ? Date.parse(text.endsWith('GMT') ? text : `${text} GMT`) : Number.NaN
  return Number.isNaN(at) ? LONGEST_WAIT_MS : Math.max(0, at - now)
}

/** Are all values of the list `true`? A header that came twice is joined to a list. */
function isTrue(text: string | null): boolean {
  return text?.split(',').every((one) => one.trim().toLowerCase() === 'true') ?? false
}

/** Is any value of the list `false`? */
function isFalse(text: string | null): boolean {
  return text?.split(',').some((one) => one.trim().toLowerCase() === 'false') ?? false
}
