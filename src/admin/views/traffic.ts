/** What the admin API takes and answers of traffic: numbers, who calls whom, and calls as they are made. */
import type { TapCall } from '../../telemetry/tap/tap.ts'

/** Which calls are looked at; what is left out may be anything. */
export interface TapOptions {
  readonly service?: string | undefined
  readonly method?: string | undefined
  /** Calls of it, and of what lies beneath it. Ids in it are masked. */
  readonly path?: string | undefined
  /** `503`, or `5xx`. */
  readonly status?: string | undefined
  readonly caller?: string | undefined
  /** How long it looks, 1 to 600. Default 60. */
  readonly seconds?: number | undefined
}

export interface TapCallView extends Omit<TapCall, 'at'> {
  /** ISO 8601, UTC, by the isolate's clock. */
  readonly at: string
  /** 32 hex digits. */
  readonly isolate: string
}

/**
 * - `begun`: isolates will hear of it within 5 s; each tells `most` calls a second at most.
 * - `left-out`: so many calls had no room.
 * - `waiting`: nothing has come for 5 s.
 * - `over`: its time is up, or what holds it was restarted.
 */
export type TapLine =
  | { readonly kind: 'begun'; readonly until: string; readonly most: number }
  | ({ readonly kind: 'call' } & TapCallView)
  | { readonly kind: 'left-out'; readonly calls: number }
  | { readonly kind: 'waiting' }
  | { readonly kind: 'over'; readonly reason: 'time' | 'lost' }

export interface StatsOptions {
  /** How far back it looks, `10s` to `168h`. Default `1m`. */
  readonly window?: string | undefined
  /** What a row is. Default `service`. */
  readonly by?: 'service' | 'rule' | 'endpoint' | 'caller' | undefined
  readonly service?: string | undefined
  /** Who counted. Default: of each service the first of `mesh`, `source` and `destination` that did. */
  readonly reporter?: Reporter | undefined
}

/** Who counted: the mesh's Worker, the function that calls, or the one that is called. */
export type Reporter = 'mesh' | 'source' | 'destination'

interface Rates {
  readonly requests: number
  /** A second. */
  readonly rps: number
  /** The share that ended well, 0 to 1; `null` where there were none. */
  readonly success: number | null
}

interface Quantiles {
  readonly p50Ms: number | null
  readonly p95Ms: number | null
  readonly p99Ms: number | null
}

interface Summed<Item> {
  readonly at: string
  readonly windowMs: number
  /** Isolates that told something in the window. */
  readonly isolates: number
  readonly items: readonly Item[]
}

export interface StatView extends Rates, Partial<Quantiles> {
  readonly service: string
  /** Not there: of a control plane of an older version, and so `mesh`. */
  readonly reporter?: Reporter
  readonly rule?: string
  readonly endpoint?: string
  /** Empty: nobody knows. */
  readonly caller?: string
  readonly attempts?: number
  /** The share of attempts that were not the first of their call. */
  readonly retries?: number
  readonly hedged?: number
  readonly errors?: Readonly<Record<string, number>>
  readonly refused?: Readonly<Record<string, number>>
}

export type StatsView = Summed<StatView>

export interface EdgeView extends Rates {
  readonly caller: string
  readonly service: string
  /** Not there: of a control plane of an older version, and so `mesh`. */
  readonly reporter?: Reporter
}

export type EdgesView = Summed<EdgeView>

export interface PointView extends Quantiles {
  readonly at: string
  readonly requests: number
  readonly failures: number
  readonly retries: number
}

export interface SeriesView {
  readonly stepMs: number
  readonly points: readonly PointView[]
}
