/** The headers of a request: what the mesh reads of them, and what may travel on. Looked through once. */
import { DEADLINE_HEADERS } from './deadline.ts'
import {
  BAGGAGE,
  CDN_LOOP,
  CONNECT_VERSION,
  CONTENT_TYPE,
  FORWARDED_HOST,
  grpcOf,
  type HeaderSource,
  PREFIX,
  PRIORITY,
  RETRY_ALLOWANCE,
  TRACEPARENT,
  TRACESTATE,
  UPGRADE,
  VIA,
} from './headers.ts'
import { CONNECTION, HOP_BY_HOP, nominated } from './hop-by-hop.ts'

/**
 * Each look into a Headers crosses into the platform, and costs more than the balancing: so one copy is made, it is gone
 * through once, and only what is there is kept.
 */
export interface PickedHeaders extends HeaderSource {
  /** The others: not of this hop alone, and not written anew for the next one. Taken as a start for each attempt. */
  readonly passedOn: Headers
}

/** Read by the mesh, and going on. */
const READ = [BAGGAGE, CDN_LOOP, CONNECT_VERSION, CONTENT_TYPE, FORWARDED_HOST, TRACEPARENT, TRACESTATE, VIA]
/** Read by the mesh, and of this hop alone, or written anew for each. */
const READ_AND_KEPT_BACK = [...DEADLINE_HEADERS, PRIORITY, RETRY_ALLOWANCE, UPGRADE]
/** Of this hop alone; how long the body is the platform knows better than a header, which may be copied. */
const KEPT_BACK = ['host', 'expect', 'content-length', ...HOP_BY_HOP]

/** What becomes of a header. */
interface Fate {
  /** As it stands in the code: the engine looks up by it at once, and by one that came only when it has found its like. */
  readonly name: string
  readonly isRead: boolean
  readonly isKeptBack: boolean
}

/** Of what is not among them, all under the prefix is kept back, and the rest passes on unread. */
const fates = new Map([
  ...READ.map((name) => fate(name, true, false)),
  ...KEPT_BACK.map((name) => fate(name, false, true)),
  ...READ_AND_KEPT_BACK.map((name) => fate(name, true, true)),
])

function fate(name: string, isRead: boolean, isKeptBack: boolean): [string, Fate] {
  return [name, { name, isRead, isKeptBack }]
}

export function pickHeaders(headers: Headers): PickedHeaders {
  const picked = new Picked(new Headers(headers))
  headers.forEach(picked.look, picked)
  return picked.ready()
}

class Picked implements PickedHeaders {
  readonly passedOn: Headers
  grpc: 0 | 1 | 2 = 0
  private values: Record<string, string> | undefined
  private keptBack: string[] | undefined

  constructor(passedOn: Headers) {
    this.passedOn = passedOn
  }

  get(name: string): string | null {
    return this.values?.[name] ?? null
  }

  look(value: string, name: string): void {
    const fate = fates.get(name)
    if (fate === undefined) {
      if (name.startsWith(PREFIX)) this.keepBack(name)
      return
    }
    if (fate.isRead) {
      this.values ??= {}
      this.values[fate.name] = value
      if (fate.name === CONTENT_TYPE) this.grpc = grpcOf(value)
    }
    if (!fate.isKeptBack) return
    this.keepBack(fate.name)
    if (fate.name === CONNECTION) for (const other of nominated(value)) this.keepBack(other)
  }

  private keepBack(name: string): void {
    this.keptBack ??= []
    this.keptBack.push(name)
  }

  ready(): this {
    if (this.keptBack) for (const name of this.keptBack) this.passedOn.delete(name)
    return this
  }
}
