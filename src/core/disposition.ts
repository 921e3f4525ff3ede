/** What becomes of a message that was delivered: it is done, it comes again, or it is dead. One table (docs/queues.md). */
import { MEANINGS, type MeshErrorCode } from './errors.ts'

export type Disposition =
  /** The receiver has taken it. */
  | 'done'
  /** Another delivery may be taken. */
  | 'again'
  /** The same at once, whatever the number of deliveries: this invocation may ask no more of the platform. */
  | 'soon'
  /** No delivery will be taken. */
  | 'dead'
  /** The same: the receiver is gone for good. */
  | 'gone'

/** 4xx that say "not now": 408, 409 (a lock), 423, 425 and 429 (RFC 9110, RFC 4918, RFC 8470, RFC 6585). */
const NOT_NOW: readonly number[] = [408, 409, 423, 425, 429]

/** Of an answer, by its status; for gRPC, by the HTTP status of the same meaning. */
export function dispositionOf(status: number): Disposition {
  if (status >= 200 && status < 300) return 'done'
  if (status === 410) return 'gone'
  return NOT_NOW.includes(status) || (status >= 500 && status !== 501) ? 'again' : 'dead'
}

/** Of a call that failed in the mesh itself: by its status, but for what a record may mend, and what it may not. */
export function dispositionOfError(code: MeshErrorCode): Disposition {
  if (code === 'limit_subrequests') return 'soon'
  if (code === 'service_not_found') return 'again'
  return code === 'loop_detected' ? 'dead' : dispositionOf(MEANINGS[code].status)
}
