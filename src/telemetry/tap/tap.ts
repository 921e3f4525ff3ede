/** A tap: somebody looks at calls as they are made, for a while. Plain values: orders travel to isolates, calls travel back in digests. */
import type { MeshErrorCode } from '../../core/errors.ts'
import type { Outcome } from '../../core/outcome.ts'
import type { CallOutcome } from '../numbers/numbers-digest.ts'

/** Which calls are looked at. What is left out may be anything. */
export interface TapFilter {
  /** The name whose record answered. */
  readonly service?: string | undefined
  /** In capitals. */
  readonly method?: string | undefined
  /** A masked path: calls of it, and of what lies beneath it. */
  readonly path?: string | undefined
  /** The least and the greatest status. */
  readonly status?: readonly [least: number, most: number] | undefined
  readonly caller?: string | undefined
  /** Names begin with one of these: whoever looks may see no others. */
  readonly prefixes?: readonly string[] | undefined
}

/** What an isolate is to do for one tap. */
export interface TapOrder {
  readonly id: string
  readonly filter: TapFilter
  /** For so many milliseconds from now: clocks differ. */
  readonly forMs: number
  /** Calls a second, at most. */
  readonly most: number
}

/** A call as it is told: no value of a query or of a header, nothing that looks like an id, nothing of bodies. */
export interface TapCall {
  /** Milliseconds since the Unix epoch, by the isolate's clock. */
  readonly at: number
  /** The name whose record answered; empty where none did. */
  readonly service: string
  /** `undefined`: nobody knows. */
  readonly caller?: string | undefined
  readonly method: string
  /** Masked. */
  readonly path: string
  /** `undefined`: the caller left before there was an answer. */
  readonly status?: number | undefined
  readonly outcome: CallOutcome
  readonly tookMs: number
  /** The first ten. */
  readonly attempts: readonly TapAttempt[]
  readonly rule?: string | undefined
  /** The error of the mesh, where it was one. */
  readonly error?: MeshErrorCode | undefined
  readonly traceId?: string | undefined
}

export interface TapAttempt {
  readonly endpoint: string
  /** `undefined`: it was under way when the call ended. */
  readonly outcome?: Outcome | undefined
  readonly tookMs: number
}

/** What an isolate tells of one tap since its last digest. */
export interface TapDigest {
  readonly id: string
  readonly calls: readonly TapCall[]
  /** Calls for which there was no room. */
  readonly leftOut: number
}

/** Is it a call that is looked at? */
export function isTapped({ service, method, path, status, caller, prefixes }: TapFilter, call: TapCall): boolean {
  return (
    (service === undefined || service === call.service) &&
    (method === undefined || method === call.method) &&
    (caller === undefined || caller === call.caller) &&
    (status === undefined || (call.status !== undefined && call.status >= status[0] && call.status <= status[1])) &&
    (path === undefined || call.path === path || call.path.startsWith(path.endsWith('/') ? path : `${path}/`)) &&
    (prefixes === undefined || prefixes.some((prefix) => call.service.startsWith(prefix)))
  )
}
