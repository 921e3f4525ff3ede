/** Reads the headers of a request in one pass: which the mesh needs, and which are forwarded. */
import { DEADLINE_HEADERS } from './deadline.ts'
import {
  BAGGAGE,
  CDN_LOOP,
  CONNECT_VERSION,
  CONTENT_TYPE,
  EXPLAIN,
  FORWARDED_HOST,
  GRANT,
  grpcOf,
  type HeaderSource,
  isOwn,
  MIN_REVISION,
  PRIORITY,
  RETRY_ALLOWANCE,
  REVISION,
  TRACEPARENT,
  TRACESTATE,
  UPGRADE,
  VIA,
} from './headers.ts'
import { CONNECTION, HOP_BY_HOP, nominated } from './hop-by-hop.ts'

/**
 * Every call into a Headers crosses into the platform, and costs more than choosing an endpoint. So the headers are copied
 * once and read in one pass, and only those that the mesh reads are kept as values.
 */
export interface PickedHeaders extends HeaderSource {
  /** The headers that are forwarded as they came. Each attempt starts from them. */
  readonly passedOn: Headers
  /** Does it ask for a receipt, for revisions or for a minimum revision? */
  readonly asks?: boolean
}

/** Read by the mesh, and forwarded. */
const READ = [BAGGAGE, CDN_LOOP, CONNECT_VERSION, CONTENT_TYPE, FORWARDED_HOST, TRACEPARENT, TRACESTATE, VIA]
/** Read by the mesh, and not forwarded: hop-by-hop, or written anew for each hop. */
const READ_AND_KEPT_BACK = [...DEADLINE_HEADERS, GRANT, PRIORITY, RETRY_ALLOWANCE, UPGRADE]
/** The same; with each of them a caller asks for more than its answer. */
const ASKING = [EXPLAIN, MIN_REVISION, REVISION]
/** Not read, and not forwarded. The platform writes `content-length` itself, from the real body. */
const KEPT_BACK = ['host', 'expect', 'content-length', ...HOP_BY_HOP]

/** What becomes of a header of a request. */
interface Fate {
  /** The name as a constant of the code: V8 looks properties up faster by it than by an equal string that came in. */
  readonly name: string
  readonly isRead: boolean
  readonly isKeptBack: boolean
  readonly asks: boolean
}

/** Headers that are not listed are forwarded, unless they begin with the prefix of the mesh. */
const fates = new Map([
  ...READ.map((name) => fate(name, true, false)),
  ...KEPT_BACK.map((name) => fate(name, false, true)),
  ...READ_AND_KEPT_BACK.map((name) => fate(name, true, true)),
  ...ASKING.map((name) => fate(name, true, true, true)),
])

function fate(name: string, isRead: boolean, isKeptBack: boolean, asks = false): [string, Fate] {
  return [name, { name, isRead, isKeptBack, asks }]
}

export function pickHeaders(headers: Headers): PickedHeaders {
  const picked = new Picked(new Headers(headers))
  headers.forEach(picked.look, picked)
  return picked.ready()
}

class Picked implements PickedHeaders {
  readonly passedOn: Headers
  grpc: 0 | 1 | 2 = 0
  asks = false
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
      if (isOwn(name)) this.keepBack(name)
      return
    }
    if (fate.isRead) {
      this.values ??= {}
      this.values[fate.name] = value
      if (fate.name === CONTENT_TYPE) this.grpc = grpcOf(value)
      else if (fate.asks) this.asks = true
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
