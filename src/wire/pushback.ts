/** What an answer says of sending the request again. */
import type { Pushback } from '../core/ending.ts'
import { RETRY_AFTER, RETRYABLE } from './headers.ts'

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

/** RFC 9110 §5.6.7 begins with a day's name; Date.parse alone would take almost anything. */
const HTTP_DATE = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? .*\d\d:\d\d:\d\d/

/** Milliseconds of a Retry-After, given in seconds or as a date (RFC 9110 §10.2.3). */
function readRetryAfterMs(text: string | null, now: number): number | undefined {
  if (text === null) return undefined
  if (/^\d{1,10}$/.test(text.trim())) return Number(text) * 1000
  if (!HTTP_DATE.test(text)) return undefined
  // Of the three forms, asctime's names no zone: it is GMT, too.
  const at = Date.parse(text.endsWith('GMT') ? text : `${text} GMT`)
  return Number.isNaN(at) ? undefined : Math.max(0, at - now)
}

function isTrue(text: string | null): boolean {
  return text?.toLowerCase() === 'true'
}

function isFalse(text: string | null): boolean {
  return text?.toLowerCase() === 'false'
}
