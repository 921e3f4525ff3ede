/** The headers of a request: what the mesh reads of them, and what may travel on. Looked through once. */
import { DEADLINE_HEADERS } from './deadline.ts'
import {
  BAGGAGE,
  CDN_LOOP,
  CONNECT_VERSION,
  CONTENT_TYPE,
  FORWARDED_HOST,
  type HeaderSource,
  PREFIX,
  PRIORITY,
  RETRY_ALLOWANCE,
  TRACEPARENT,
  TRACESTATE,
  UPGRADE,
  VIA,
} from './headers.ts'
import { isHopByHop, nominated } from './hop-by-hop.ts'

/**
 * Each look into a Headers crosses into the platform, and costs more than the balancing: so one copy is made, its names
 * are gone through, and only what is there is read.
 */
export interface PickedHeaders extends HeaderSource {
  /** The others: not of this hop alone, and not written anew for the next one. Taken as a start for each attempt. */
  readonly passedOn: Headers
}

/** Read by the mesh, whether or not they go on. */
const READ = new Set([
  ...DEADLINE_HEADERS,
  BAGGAGE,
  CDN_LOOP,
  CONNECT_VERSION,
  CONTENT_TYPE,
  FORWARDED_HOST,
  PRIORITY,
  RETRY_ALLOWANCE,
  TRACEPARENT,
  TRACESTATE,
  UPGRADE,
  VIA,
])

export function pickHeaders(headers: Headers): PickedHeaders {
  const passedOn = new Headers(headers)
  let values: Record<string, string | null> | undefined
  let keptBack: string[] | undefined
  for (const name of passedOn.keys()) {
    if (READ.has(name)) {
      values ??= {}
      values[name] = headers.get(name)
    }
    if (isKeptBack(name)) {
      keptBack ??= []
      keptBack.push(name)
      if (name === 'connection') keptBack.push(...nominated(headers.get(name)))
    }
  }
  if (keptBack) for (const name of keptBack) passedOn.delete(name)
  return { passedOn, get: (name) => values?.[name] ?? null }
}

/** Is this header of the last hop, or one that is written anew for each? */
function isKeptBack(name: string): boolean {
  return (
    name === 'host' || name === 'expect' || isHopByHop(name) || name.startsWith(PREFIX) || DEADLINE_HEADERS.has(name)
  )
}
