/** What to try: users, services and what befalls them. Plain values, so that a scenario may be a file. */
import type { WrittenPolicy } from '../record/fields.ts'
import type { Rule } from '../record/rule.ts'
import type { FleetMode } from '../telemetry/fleet/view.ts'

export interface Scenario {
  readonly name: string
  /** A sentence: what happens. */
  readonly about: string
  /** For how long users come, in milliseconds. */
  readonly durationMs: number
  /** What happens before is not counted: budgets fill, latencies become known. Default 0. */
  readonly warmUpMs?: number
  readonly users: Users
  /** By name. Each has a record in the registry. */
  readonly services: Readonly<Record<string, Service>>
  /** The service at which load is counted. Of one with rules, or an alias, the services behind it are what a report calls endpoints. */
  readonly leaf: string
  readonly faults?: readonly Fault[]
  readonly edits?: readonly Edit[]
  readonly network?: Network
  /**
   * Do the isolates of a tier hear what the others have seen of endpoints, as `stats({ fleet })` of the library has it? Default: each goes by what
   * it sees itself.
   */
  readonly fleet?: Exclude<FleetMode, 'off'>
  /** Isolates beside those that only tell, and tell lies: that the first endpoint of the leaf is well, and that every other one fails. Default 0. */
  readonly liars?: number
}

/** They come at random and independently of each other, however the system fares; they never retry. */
export interface Users {
  readonly perSecond: number
  /** The tier that they call. */
  readonly call: string
  /** They say so in a header, and leave without a word when it has passed. */
  readonly withinMs: number
  /**
   * How many different ones there are: each says in `x-user` who it is, and brings back in `x-session` what it was given
   * there. Default: nobody says anything.
   */
  readonly keys?: number
  /** What they ask for, each as often as the others. Default: `/`. */
  readonly paths?: readonly string[]
  /** Others beside them: the share of all who ask for a path. Nobody asks whether these are served. */
  readonly others?: Readonly<Record<string, number>>
}

export type Service = Tier | Backend | Routed | Alias

/** A service of isolates, each a mesh of its own: a handler that calls the next names. */
export interface Tier {
  /** Isolates that share the traffic, at random. */
  readonly isolates: number
  /** How long one lives on average, in milliseconds; another takes its place. Default: through the whole run. */
  readonly lifeMs?: number
  /** Names that its handler calls, all at once; it answers as the worst of them. */
  readonly calls: readonly string[]
  /** How unequal the isolates' shares are: 0 (the default) gives each the same, 1 the busiest of 200 about 10 times its share. */
  readonly skew?: number
  /** Milliseconds of its own work, before it calls. Default 1. */
  readonly work?: Latency
  /** Of its record: how its callers treat it. */
  readonly policy?: WrittenPolicy
}

/** A service that has no endpoints of its own: its rules say which of the others takes a request. */
export interface Routed {
  readonly rules: readonly Rule[]
  readonly policy?: WrittenPolicy
}

/** A name that stands for the first of several services that is well. */
export interface Alias {
  readonly alias: readonly string[]
}

/** A service without a mesh: endpoints that answer, or do not. */
export interface Backend {
  readonly endpoints: readonly BackendEndpoint[]
  readonly policy?: WrittenPolicy
}

export interface BackendEndpoint {
  /** Time from being taken up to the answer. */
  readonly latency: Latency
  /** Its share beside the others. Default 1. */
  readonly weight?: number
  /** Requests that are taken up in a second, one after the other. Default: all at once. */
  readonly capacity?: number
  /** Requests wait in order of arrival, as many as so many milliseconds of normal capacity take up; others get 503. */
  readonly queueMs?: number
  /** Work whose caller has less time left than so many milliseconds is dropped from the queue. Default: it is done, for nobody. */
  readonly needsMs?: number
}

/** Milliseconds: always the same, or drawn from a log-normal distribution. */
export type Latency = number | { readonly medianMs: number; readonly sigma: number }

/** What befalls a backend for a while. */
export interface Fault {
  readonly fromMs: number
  readonly toMs: number
  readonly backend: string
  /** Which endpoints, from 0. Default: all. */
  readonly endpoints?: readonly number[]
  /** Of requests for this path alone. Default: of all. */
  readonly path?: string
  /** The share of requests that fail, 0 to 1: 503 after 2 ms, or when `failMs` have passed. */
  readonly failShare?: number
  readonly failMs?: number
  /** Those that are beyond so many a second fail. */
  readonly perSecond?: number
  /** How they fail. Default 503. */
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  /** Time to answer, in place of the usual one. */
  readonly latency?: Latency
  /** What is left of the capacity, 0 to 1. */
  readonly capacityShare?: number
  /** It comes and goes: so many milliseconds on, as many off. */
  readonly flapMs?: number
}

/** What an operator writes anew while users come. Isolates follow as they read the record again. */
export interface Edit {
  readonly atMs: number
  /** Its record becomes that of `to`; how its endpoints fare does not change. */
  readonly service: string
  readonly to: Service
}

export interface Network {
  /** One way, for requests and for answers. Default: 1 ms in the median, 3 ms at the 99th percentile. */
  readonly latency?: Latency
  /** Does whoever serves a request hear that its caller has left? Default: no, and the work goes on for nobody. */
  readonly cancels?: boolean
}
