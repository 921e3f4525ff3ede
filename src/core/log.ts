/** What an operator is told: errors of the mesh, and changes of state. Values; who writes them is given. */
import type { MeshError } from './errors.ts'
import type { Receipt } from './receipt.ts'

export type LogLevel = 'error' | 'warn' | 'info'

/** As in docs/log.md. */
export type LogEvent =
  | 'error'
  | 'caller_left'
  | 'ejected'
  | 'readmitted'
  | 'failover_on'
  | 'failover_off'
  | 'throttle_on'
  | 'throttle_off'
  | 'record_refused'
  | 'record_accepted'
  | 'registry_lost'
  | 'registry_back'
  | 'keys_lost'
  | 'keys_back'
  | 'would_deny'
  | 'copy_denied'
  | 'otlp_failed'
  | 'not_reported'
  | 'rate_unavailable'
  | 'dead_letter'
  | 'event_unclaimed'
  | 'admin_write'
  | 'admin_denied'
  | 'admin_weak'
  | 'admin_off'
  | 'admin_failed'

/** One thing that happened. What is not known of it is left out. */
export interface LogEntry {
  readonly level: LogLevel
  readonly event: LogEvent
  /** The code of a mesh error. */
  readonly code?: string | undefined
  /** The name that was called. */
  readonly service?: string | undefined
  /** The registry key of the record. */
  readonly key?: string | undefined
  /** The endpoint, or the one that was tried last. */
  readonly endpoint?: string | undefined
  readonly caller?: string | undefined
  /** Names that were written, the first hundred of them. */
  readonly names?: readonly string[] | undefined
  readonly revision?: string | undefined
  readonly traceId?: string | undefined
  /** For how many milliseconds it is left alone. */
  readonly forMs?: number | undefined
  readonly message?: string | undefined
  /** Where the code of a handler failed. */
  readonly stack?: string | undefined
}

/** Takes what happened. It must not throw, and nobody waits for it. */
export type Log = (entry: LogEntry) => void

/** Told of a change of state: for how long, and of which endpoint, where that means something. */
export type OnChange = (event: LogEvent, forMs?: number, endpoint?: string) => void

/** A log that nobody reads. */
export const silent = (): void => {}

/**
 * Says on an error of which call it is, and tells the log of it: once, where the call failed. Whoever hands the error on does
 * not fail anew.
 */
export function noteError(
  error: MeshError,
  { service, key, revision, attempts }: Receipt,
  traceId: string,
  caller: string | undefined,
  log: Log,
): void {
  if (!error.ofCall(service, revision, traceId)) return
  const { code, message, cause, meaning } = error
  log({
    // An operator must act on these: nobody else can.
    level: meaning.status === 500 || meaning.status === 502 ? 'error' : 'warn',
    event: 'error',
    code,
    service: error.service,
    key,
    endpoint: attempts.at(-1)?.endpoint,
    caller,
    revision,
    traceId,
    message,
    stack: code === 'internal' && cause instanceof Error ? cause.stack : undefined,
  })
}
