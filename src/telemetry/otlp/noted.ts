/** A span that is to be exported, with what was known of its request when it ended: plain values, which may be kept. */
import { type Deadline, remaining } from '../../core/deadline.ts'
import { MEANINGS, type MeshErrorCode } from '../../core/errors.ts'
import type { Blame, Outcome } from '../../core/outcome.ts'
import type { Receipt } from '../../core/receipt.ts'
import type { Telling } from '../../core/sink.ts'
import type { Span } from '../../core/span.ts'

export interface Noted {
  readonly span: Span
  readonly method: string
  /** Scheme, host and port of a request that came in. */
  readonly address: Address | undefined
  readonly receipt: Receipt
  readonly caller: string | undefined
  /** W3C tracestate, as it came. */
  readonly state: string | undefined
  /** The path of the rule that matched, as it is written. */
  readonly template: string | undefined
  /** Milliseconds; `undefined` where there was no deadline. */
  readonly deadlineLeftMs: number | undefined
  readonly isHedge: boolean
  readonly isCold: boolean
  readonly blame: Blame | undefined
  readonly isFailure: boolean
  /** Bytes that it takes, estimated from above. */
  readonly bytes: number
}

export interface Address {
  readonly scheme: string | undefined
  readonly host: string
  readonly port: number | undefined
}

/** What is held of a span whatever it says: the objects, the ids, its share of its request's receipt. */
const BYTES = 900
/** An attempt in the receipt. */
const ATTEMPT_BYTES = 200

const FAILURES: ReadonlySet<Outcome> = new Set(['failure', 'refused', 'timeout', 'expired', 'unreachable', 'unsent'])

/** @param deadline that the span had, whatever its request has. */
export function noted(
  span: Span,
  telling: Telling,
  request: Request,
  deadline: Deadline,
  template: string | undefined,
): Noted {
  const { receipt, clock, trace, caller, attempt, isCold = false } = telling
  const left = remaining(deadline, clock)
  const isAttempt = span.kind === 'client'
  const address = span.kind === 'server' ? addressOf(request.url) : undefined
  return {
    span,
    method: request.method,
    address,
    receipt,
    caller,
    state: trace?.state,
    template,
    deadlineLeftMs: left === Number.POSITIVE_INFINITY ? undefined : left,
    isHedge: isAttempt && attempt?.isHedge === true,
    isCold: isAttempt && isCold,
    blame: isAttempt ? attempt?.ending?.blame : receipt.attempts.at(-1)?.blame,
    isFailure: isFailure(span),
    bytes: BYTES + 2 * textLength(telling, address, template) + ATTEMPT_BYTES * receipt.attempts.length,
  }
}

/** What an operator looks for. That a stranger was refused, or that nothing stands where it asked, is none. */
function isFailure({ error, outcome, status = 0 }: Span): boolean {
  if (error !== undefined && Object.hasOwn(MEANINGS, error)) return MEANINGS[error as MeshErrorCode].status >= 500
  return status >= 500 || (outcome !== undefined && FAILURES.has(outcome))
}

/** Texts that a request brings: names and paths of records are held by the records. */
function textLength({ receipt, trace, caller }: Telling, address: Address | undefined, template = ''): number {
  const texts = [receipt.service, receipt.detail, trace?.state, caller, address?.host, template]
  return texts.reduce((sum, text) => sum + (text?.length ?? 0), 0)
}

const ADDRESS = /^(?:([a-z][a-z0-9+.-]*):\/\/)?(\[[^\]]*\]|[^/?#:]+)(?::(\d+))?/i

/** Of an address, or of the id of an endpoint that begins with one. `undefined` where it is none. */
export function addressOf(url: string): Address | undefined {
  const [, scheme, host = '', port] = ADDRESS.exec(url) ?? []
  if (scheme === undefined) return undefined
  const usual = scheme === 'https' ? 443 : scheme === 'http' ? 80 : undefined
  return { scheme, host, port: port === undefined ? usual : Number(port) }
}
