/** Deadlines in headers. Every known header is read, and the shortest deadline counts. `selvedge-timeout-ms` is written. */
import { cannotRead, type Receipt } from '../core/receipt.ts'
import { CONNECT_TIMEOUT_MS, CONNECT_VERSION, GRPC_TIMEOUT, type HeaderSource, isGrpc, TIMEOUT_MS } from './headers.ts'

/** Envoy's two, in milliseconds: what it tells an upstream, and what a caller asks of it. 0 means no deadline. */
const ENVOY = ['x-envoy-expected-rq-timeout-ms', 'x-envoy-upstream-rq-timeout-ms'] as const
/** Finagle's header, and Linkerd's copy of it: "<timestamp> <deadline>", in nanoseconds since the Unix epoch. */
const FINAGLE = ['finagle-ctx-com.twitter.finagle.deadline', 'l5d-ctx-deadline'] as const

/** Every header that carries a deadline. None is forwarded: the time left is written anew. */
export const DEADLINE_HEADERS: ReadonlySet<string> = new Set([
  TIMEOUT_MS,
  GRPC_TIMEOUT,
  CONNECT_TIMEOUT_MS,
  ...ENVOY,
  ...FINAGLE,
])

/** Milliseconds kept for the network of one hop, so that the answer arrives before the caller gives up. */
export const HOP_RESERVE_MS = 5

const MS_OF_GRPC_UNIT: Record<string, number> = { H: 3_600_000, M: 60_000, S: 1000, m: 1, u: 0.001, n: 0.000_001 }

/**
 * Milliseconds until the shortest of all deadlines. `Infinity` where there is none, 0 where it has passed.
 *
 * A deadline that cannot be read is ignored, since the record's own limits still hold. The receipt names its header.
 */
export function readTimeoutMs(headers: HeaderSource, now: number, told: Pick<Receipt, 'unread'>): number {
  let least = Number.POSITIVE_INFINITY
  const consider = (name: string, parse: (text: string) => number) => {
    const text = headers.get(name)
    if (text === null) return
    // A header that came twice is joined to a list.
    for (const one of text.split(',')) {
      const ms = parse(one.trim())
      if (Number.isNaN(ms)) cannotRead(told, name)
      else least = Math.min(least, Math.max(0, ms))
    }
  }
  consider(TIMEOUT_MS, parseMs)
  consider(GRPC_TIMEOUT, parseGrpcTimeout)
  consider(CONNECT_TIMEOUT_MS, parseMs)
  for (const name of ENVOY) consider(name, parseEnvoy)
  for (const name of FINAGLE) if (headers.get(name) !== null) consider(name, pairs(now))
  return least
}

/**
 * Writes the time left for the next hop: rounded down, less the reserve of a hop. It is written in `selvedge-timeout-ms` and
 * in the header of the request's protocol. Nothing is written where there is no deadline.
 */
export function writeTimeout(remainingMs: number, request: HeaderSource, headers: Headers): void {
  if (remainingMs === Number.POSITIVE_INFINITY) return
  const ms = Math.max(1, Math.floor(remainingMs - HOP_RESERVE_MS))
  headers.set(TIMEOUT_MS, String(ms))
  if (isGrpc(request)) headers.set(GRPC_TIMEOUT, grpcTimeout(ms))
  else if (request.get(CONNECT_VERSION) !== null) headers.set(CONNECT_TIMEOUT_MS, String(ms))
}

/** gRPC allows eight digits: 99,999,999 ms is a little over a day. */
function grpcTimeout(ms: number): string {
  return ms <= 99_999_999 ? `${ms}m` : `${Math.min(99_999_999, Math.floor(ms / 1000))}S`
}

/** Ten digits at most, as in Connect. `NaN` where it cannot be read. */
function parseMs(text: string): number {
  return /^-?\d{1,10}$/.test(text) ? Number(text) : Number.NaN
}

function parseEnvoy(text: string): number {
  const ms = parseMs(text)
  return ms === 0 ? Number.POSITIVE_INFINITY : ms
}

function parseGrpcTimeout(text: string): number {
  const parts = /^(-?\d{1,8})([HMSmun])$/.exec(text)
  return parts ? Number(parts[1]) * (MS_OF_GRPC_UNIT[parts[2] as string] as number) : Number.NaN
}

/**
 * The sender's clock may be wrong. So no more time counts than the sender gave: deadline minus timestamp. Of several pairs the
 * latest timestamp and the earliest deadline count (Finagle's `Deadline.combined`). Fields after the first two belong to a
 * later version, and are ignored.
 */
function pairs(now: number): (text: string) => number {
  let stampedAt = Number.NEGATIVE_INFINITY
  let deadlineAt = Number.POSITIVE_INFINITY
  return (text) => {
    const parts = /^(-?\d{1,19}) (-?\d{1,19})(?: .*)?$/.exec(text)
    if (!parts) return Number.NaN
    stampedAt = Math.max(stampedAt, Number(parts[1]) / 1e6)
    deadlineAt = Math.min(deadlineAt, Number(parts[2]) / 1e6)
    return deadlineAt - Math.max(now, stampedAt)
  }
}
