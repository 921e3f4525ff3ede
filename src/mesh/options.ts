/** What a mesh is made with: optional on the way in, required inside. */

import { isServiceName, type ServiceName } from '../core/endpoint.ts'
import type { Log } from '../core/log.ts'
import type { Seal } from '../core/seal.ts'
import type { Sink } from '../core/sink.ts'
import { type Clock, systemClock, turning } from '../core/time/clock.ts'
import { type Random, systemRandom } from '../core/time/random.ts'
import type { WrittenPolicy } from '../record/fields.ts'
import type { Registry } from '../registry/registry.ts'
import type { Bindings } from '../targets/bindings.ts'
import type { CloudMaker } from '../targets/cloud.ts'
import type { Topics } from '../targets/topic/topics.ts'
import { type LogTo, meshLog } from '../telemetry/log.ts'
import { spanRing } from '../telemetry/span-ring.ts'
import type { Counting } from './counting.ts'
import type { Receipts, ReceiptsMaker } from './receipts/inquiry.ts'
import type { Reports, ReportsMaker } from './reports/reports.ts'
import type { Strategies } from './strategies.ts'
import { NO_RATES, type Rates } from './trust/rates.ts'
import { NO_KEYS, NO_TRUST, type Trust } from './trust/trust.ts'

export interface MeshOptions {
  /** Where names are looked up: `kvRegistry(env.REGISTRY)`, `memoryRegistry({…})`, `viaMesh()`. */
  registry: Registry
  /** The Worker's environment: endpoints name their service bindings in it. Default: none. */
  env?: object
  /**
   * The name of the function that makes the mesh: what it calls may be told who called (`caller` of a queue's messages). A
   * service name. Default: none, and nobody is told.
   */
  name?: string
  /** Policy where a record is silent. Default: that of docs/registry.md. */
  defaults?: WrittenPolicy
  /** `users.<domain>` is the same name as `users`. Default `mesh`. */
  domain?: string
  /** For how long a record is served without asking, in milliseconds. Default 5_000. */
  freshMs?: number
  /** For how long the last good record serves while the registry fails, in milliseconds. Default 3_600_000 (1 h). */
  maxStaleMs?: number
  /** Names kept in this isolate, those used last. Default 2_000. */
  maxRecords?: number
  /** Hops a request may make, 1 to 32. Default 16: the platform's ceiling is 32 Worker invocations a request. */
  maxHops?: number
  /**
   * Subrequests made for one request, 1 to 10,000: attempts, and reads of the registry. Default 40, of the 50 that the
   * free plan allows: the handler's own need some, too.
   */
  maxSubrequests?: number
  /** The longest silence of a running stream, in milliseconds. Default 300_000 (Envoy's `stream_idle_timeout`). */
  idleMs?: number
  /**
   * Keeps the isolate alive for work that outlives its call: the refresh of a record, a copy of a request, a new id token. On
   * Workers `waitUntil` of `cloudflare:workers`; `() => {}` in a process that lives on. Default: none, and a call outside
   * `serve` waits for the work that it has begun, 1 s at most.
   */
  waitUntil?: (work: Promise<unknown>) => void
  /** Where spans are told. Default: the last 64 are kept in memory. */
  sink?: Sink
  /**
   * Where errors of the mesh and changes of state are told, as docs/log.md has them: the console from a level on, `off`, or a
   * function that is told of all levels. Default `warn`.
   */
  log?: LogTo
  /** Default: the platform's. */
  clock?: Clock
  /** Default: the platform's. */
  random?: Random
  /** Default: the platform's `fetch`. */
  fetch?: typeof fetch
  /**
   * Does the platform cancel what a handler has left behind once it has answered? True of the deployed Worker, whose
   * handler does nothing but forward; a signal then saves what it costs. Default false: a library cannot know what else
   * its handler does.
   */
  platformCancels?: boolean
  /** What reaches Lambda functions, and addresses that want a signature or an id token: `cloud` of `selvedge/cloud`. Default: nothing. */
  cloud?: CloudMaker
  /** What publishes events to topics: `topics` of `selvedge/events`. Default: nothing, and a topic is passed over. */
  topics?: Topics
  /** What judges callers by the `access` of records: `access` of `selvedge/trust`; `trust(…)` knows them by tokens, too. Default: nothing, and a record with `access` is refused. */
  trust?: Trust
  /** What counts calls where records have `limits.rate`: `rates` of `selvedge/trust`. Default: nothing, and a record with a rate is refused. */
  rates?: Rates
  /** Counts how calls end and how long they take: `counting(numbers())`. Default: nothing does. */
  counting?: Counting
  /** Counts calls, and tells the control plane of them: `stats()` of `selvedge/stats`. Default: nobody is told. */
  stats?: ReportsMaker
  /** Is told of each call beside `stats`: `analytics(dataset)` of `selvedge/stats`. Default: nobody is. */
  points?: Counting
  /** Which string secrets of `env` records may name: exact names, or `PREFIX_*`. Default: all but ADMIN_TOKEN*, MESH_* and OTLP_*, which none may. */
  secrets?: readonly string[]
  /**
   * Seals the tickets of sessions: `seal(keys)` of `selvedge/cloud`. A sealed session keeps its backend or endpoint at weight 0, too.
   * Default: nothing, and a session leads only to where there is a weight.
   */
  seal?: Seal
  /**
   * Tells callers that are believed, and ask for it, why a call went as it did: `receipts` of `selvedge/cloud`. Default: nothing, and
   * only a minimum revision is heard of (docs/headers.md).
   */
  receipts?: ReceiptsMaker
  /** Knows the grants of callers from outside: `seal(keys)` with the keys of MESH_GRANT_KEY. Default: nothing, and nobody is granted. */
  grants?: Seal
  /** What carries the context of `serve` to `mesh.fetch`. Default: AsyncLocalStorage, on Workers and in Node. */
  storage?: Storage
  /**
   * What comes of a call that the mesh, not the service, failed. `throw`: a MeshError. `response`: the answer that the
   * deployed Worker would give, in the words of gRPC or Connect where the call speaks them, for clients that take a fetch
   * and read codes. Default `throw`.
   */
  errors?: 'throw' | 'response'
  /** Other rules than the mesh's own, for simulation and for those who know better. Default: none. */
  strategies?: Strategies
}

/** As much of AsyncLocalStorage as is needed. */
export interface Storage {
  run<Result>(store: unknown, callback: () => Result): Result
  getStore(): unknown
}

export interface Settings {
  readonly registry: Registry
  readonly bindings: Bindings
  readonly name: ServiceName | undefined
  readonly defaults: WrittenPolicy
  readonly domain: string
  readonly freshMs: number
  readonly maxStaleMs: number
  readonly maxRecords: number
  readonly maxHops: number
  readonly maxSubrequests: number
  readonly idleMs: number
  readonly waitUntil: ((work: Promise<unknown>) => void) | undefined
  readonly sink: Sink
  readonly log: Log
  readonly clock: Clock
  readonly random: Random
  readonly fetch: typeof fetch
  readonly platformCancels: boolean
  readonly cloud: CloudMaker | undefined
  readonly topics: Topics | undefined
  readonly trust: Trust | undefined
  readonly rates: Rates | undefined
  readonly counting: Counting | undefined
  readonly stats: Reports | undefined
  readonly points: Counting | undefined
  readonly secrets: readonly string[] | undefined
  readonly seal: Seal | undefined
  readonly receipts: Receipts | undefined
  readonly storage: Storage | undefined
  readonly errors: 'throw' | 'response'
  readonly strategies: Strategies
}

const HOUR_MS = 3_600_000

const RANGES = [
  ['freshMs', 0, HOUR_MS],
  ['maxStaleMs', 0, 24 * HOUR_MS],
  ['maxRecords', 2, 1_000_000],
  ['maxHops', 1, 32],
  ['maxSubrequests', 1, 10_000],
  ['idleMs', 1, Number.POSITIVE_INFINITY],
] as const

/** @throws {TypeError} for a number out of its range, or a name that is none: a programmer's slip, told at construction. */
export function withDefaults(options: MeshOptions): Settings {
  if (typeof options?.registry?.read !== 'function') {
    throw new TypeError('createMesh needs a registry, as in createMesh({ registry: kvRegistry(env.REGISTRY), env }).')
  }
  const clock = options.clock ?? turning(systemClock)
  const { registry, name } = options
  const bindings = (options.env ?? {}) as Bindings
  const log = meshLog(options.log ?? 'warn', clock)
  const random = options.random ?? systemRandom()
  const stats = options.stats?.({ registry, bindings, name, clock, random, log })
  const settings = {
    registry: stats?.registry ?? registry,
    bindings,
    name,
    defaults: options.defaults ?? {},
    domain: options.domain ?? 'mesh',
    freshMs: options.freshMs ?? 5000,
    maxStaleMs: options.maxStaleMs ?? HOUR_MS,
    maxRecords: options.maxRecords ?? 2000,
    maxHops: options.maxHops ?? 16,
    maxSubrequests: options.maxSubrequests ?? 40,
    idleMs: options.idleMs ?? 300_000,
    waitUntil: options.waitUntil,
    sink: options.sink ?? spanRing(),
    log,
    clock,
    random,
    // Called through the global each time: a test that replaces it is heard.
    fetch: options.fetch ?? ((input, init) => fetch(input as RequestInfo, init)),
    platformCancels: options.platformCancels ?? false,
    cloud: options.cloud,
    topics: options.topics,
    trust: options.trust,
    rates: options.rates,
    counting: stats?.counting ?? options.counting,
    stats,
    points: options.points,
    secrets: options.secrets,
    seal: options.seal,
    receipts: options.receipts?.(options.grants),
    storage: options.storage,
    errors: options.errors ?? 'throw',
    strategies: options.strategies ?? {},
  } satisfies Settings
  if (options.name !== undefined && !isServiceName(options.name)) {
    throw new TypeError(`name is a service name, such as "checkout"; got ${JSON.stringify(options.name)}.`)
  }
  if (settings.bindings['MESH_TRUST'] !== undefined && !settings.trust?.identities) throw new TypeError(NO_KEYS)
  if (settings.defaults.access && !settings.trust) throw new TypeError(`defaults.access: ${NO_TRUST}`)
  if (settings.defaults.limits?.rate && !settings.rates) throw new TypeError(`defaults.limits.rate: ${NO_RATES}`)
  for (const [name, least, most] of RANGES) {
    const value = settings[name]
    if (!(value >= least && value <= most)) throw new TypeError(`${name} is ${least} to ${most}; got ${value}.`)
  }
  return settings
}
