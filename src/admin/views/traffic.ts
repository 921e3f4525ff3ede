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

/** Who leaves an endpoint alone. */
export interface EjectedView {
  /** How many isolates do. */
  readonly isolates: number
  /** Of how many that used it in the last minute, or leave it alone. */
  readonly of: number
  /** How many of them for what: `faults`, it did not answer, or a gateway answered for it; `errors`, it failed; `refusals`, it turned requests away. */
  readonly because: Readonly<Partial<Record<'faults' | 'errors' | 'refusals', number>>>
  /** Since when the first of them does. */
  readonly since: string
  /** When the first of them sends it a call again, to see whether it is well; in the past: its next call does. */
  readonly probeAt: string
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
  /** Of a service: retries that its budget could pay for, in the isolate that has least. Left out where it has no bound, or nobody told lately. */
  readonly budgetLeft?: number
  /** Of an endpoint: milliseconds that all its attempts took together, until their response headers. */
  readonly totalMs?: number
  /** Of an endpoint: left out where nobody leaves it alone. */
  readonly ejected?: EjectedView
}

export type StatsView = Summed<StatView>

export interface EndpointView extends Rates, Quantiles {
  readonly endpoint: string
  /** Attempts that did not end well, by how they ended. */
  readonly failed: Readonly<Record<string, number>>
  readonly ejected?: EjectedView
}

export type EndpointsView = Summed<EndpointView>

export interface EdgeView extends Rates {
  readonly caller: string
  readonly service: string
  /** Not there: of a control plane of an older version, and so `mesh`. */
  readonly reporter?: Reporter
}

export type EdgesView = Summed<EdgeView>

export interface AuthzOptions {
  /** How far back it looks, `10s` to `168h`. Default `1h`. */
  readonly window?: string | undefined
  readonly service?: string | undefined
}

/** What a record says of who may call, as the mesh obeys it. */
export interface AuthzPolicyView {
  readonly record: string
  readonly default: 'allow' | 'deny'
  readonly mode: 'enforce' | 'audit'
  readonly rules: readonly {
    readonly name: string
    readonly effect: 'allow' | 'deny'
    /** What is left out is anyone, or any. */
    readonly callers?: readonly string[]
    /** Of guests: `scope=orders:read|orders:write`. */
    readonly claims?: readonly string[]
    readonly methods?: readonly string[]
    readonly paths?: readonly string[]
  }[]
}

export interface AuthzCallView {
  readonly service: string
  /** Empty: nobody knows. */
  readonly caller: string
  /** Whose rules decided; `null`: no record that says who may call was asked. */
  readonly record: string | null
  /** The rule that decided, or `default`. */
  readonly rule: string | null
  readonly allowed: number
  readonly denied: number
  /** By a record in `audit`: they passed. */
  readonly wouldDeny: number
}

export interface AuthzView extends Omit<Summed<AuthzCallView>, 'isolates'> {
  /** Isolates that told something in the window; `null`: nobody counts. */
  readonly isolates: number | null
  readonly policies: readonly AuthzPolicyView[]
  /** Records that say nothing of who may call: everybody may. */
  readonly open: readonly string[]
}

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
