/** Deadlines in headers, both ways: every spelling is read and the least wins; ours is written. */
import { cannotRead, type Receipt } from '../core/receipt.ts'
import { CONNECT_TIMEOUT_MS, CONNECT_VERSION, GRPC_TIMEOUT, type HeaderSource, isGrpc, TIMEOUT_MS } from './headers.ts'

/** Envoy's two, in milliseconds; what it tells an upstream and what a caller asks of it. 0 means none. */
const ENVOY = ['x-envoy-expected-rq-timeout-ms', 'x-envoy-upstream-rq-timeout-ms'] as const
/** Finagle's pair and Linkerd's copy of it: "<timestamp ns> <deadline ns>", since the Unix epoch. */
const FINAGLE = ['finagle-ctx-com.twitter.finagle.deadline', 'l5d-ctx-deadline'] as const

/** Every header that carries a deadline. They are not copied from hop to hop: what is left is written anew. */
export const DEADLINE_HEADERS: ReadonlySet<string> = new Set([
  TIMEOUT_MS,
  GRPC_TIMEOUT,
  CONNECT_TIMEOUT_MS,
  ...ENVOY,
  ...FINAGLE,
])

/** Milliseconds that network and queues of one hop are given, so that a caller hears our answer before it gives up. */
export const HOP_RESERVE_MS = 5

const MS_OF_GRPC_UNIT: Record<string, number> = { H: 3_600_000, M: 60_000, S: 1000, m: 1, u: 0.001, n: 0.000_001 }

/**
 * Milliseconds left by the least of all deadlines given, `Infinity` where none is. One that is over leaves 0.
 *
 * One that cannot be read is left out of account, since the record's own bounds still hold; the receipt names its header.
 */
export function readTimeoutMs(headers: HeaderSource, now: number, told: Pick<Receipt, 'unread'>): number {
  let least = Number.POSITIVE_INFINITY
  const consider = (name: string, parse: (text: string) => number) => {
    const text = headers.get(name)
    if (text === null) return
    // A header that came twice is a list.
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
 * What to tell the next hop of the time that is left: rounded down, less the hop's reserve, in our own header and in
 * that of the protocol the request speaks. Nothing where there is no deadline.
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

/** Of ten digits at most, as Connect has it: `NaN` where it cannot be read. */
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
 * The sender's clock may be wrong, so what is believed is bounded by the time it enacted: deadline − timestamp. Of
 * several pairs the latest timestamp and the earliest deadline count (Finagle's Deadline.combined). What stands behind
 * the two is of a later version.
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
