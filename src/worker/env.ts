/** The Worker's environment to the options of a mesh: the one place that reads variables. */
import type { LogLevel } from '../core/log.ts'
import { seal } from '../core/seal.ts'
import type { Counting } from '../mesh/counting.ts'
import type { Deliver } from '../mesh/delivery/delivery.ts'
import { type Hosts, hosts, MESH_HOSTS } from '../mesh/identify.ts'
import type { Part } from '../mesh/inside.ts'
import type { MeshOptions } from '../mesh/options.ts'
import type { Dataset } from '../mesh/reports/analytics.ts'
import type { Trust } from '../mesh/trust/trust.ts'
import { parsePolicy } from '../record/parse.ts'
import { kvRegistry } from '../registry/kv.ts'
import { type RegistryObjects, readThrough } from '../registry/read-through.ts'
import { DURATION_FORM, durationMs, isDuration } from '../schema/duration.ts'
import type { LogTo } from '../telemetry/log.ts'
import type { OtlpOptions, OtlpSink } from '../telemetry/otlp/sink.ts'
import type { Stats, StatsEnv } from './stats.ts'

/** Bindings and variables, as in docs/configuration.md. Any other binding is one that endpoints name. */
export interface Env extends StatsEnv {
  REGISTRY: KVNamespace
  /** The control plane's Worker. */
  CONTROL?: Fetcher
  MESH_HOSTS?: string
  MESH_DOMAIN?: string
  MESH_FRESH?: string
  MESH_MAX_STALE?: string
  MESH_MAX_HOPS?: string
  MESH_IDLE?: string
  MESH_LOG?: string
  MESH_DEFAULTS?: string | object
  MESH_SECRETS?: string
  MESH_SESSION_KEY?: string
  MESH_GRANT_KEY?: string
  /** Who is believed: docs/trust.md. */
  MESH_TRUST?: string | object
  OTLP_ENDPOINT?: string
  OTLP_HEADERS?: string
  /** A dataset of Analytics Engine, for the part `analytics`. */
  ANALYTICS?: Dataset
  /** The control plane's object, which knows what KV does not show yet. */
  REGISTRY_OBJECT?: RegistryObjects
}

export interface WorkerOptions extends MeshOptions {
  readonly domain: string
  readonly hosts: Hosts
}

/** What a deployment may have or leave out: code that a Worker carries only where somebody uses it. */
export interface WorkerParts extends Pick<MeshOptions, 'cloud' | 'topics' | 'receipts' | 'rates'> {
  /**
   * Judges callers: `access` of `selvedge/trust`, who knows them by bindings alone; or `trust`, who knows tokens, too, as `MESH_TRUST` says. Default:
   * nothing does, and records with `access` are refused.
   *
   * @example
   * createWorker({ trust })
   */
  trust?: Trust | ((of: { env: object }) => Trust) | undefined
  /** Counts calls, and records shapes of requests for `selvedge simulate`: `stats` of `selvedge/worker`. Default: nothing does. */
  stats?: Stats
  /**
   * Writes a data point of each call where `ANALYTICS` is bound: `analytics` of `selvedge/stats`. Default: nothing does.
   *
   * @example
   * createWorker({ analytics })
   */
  analytics?: ((dataset: Dataset) => Counting) | undefined
  /**
   * Exports traces to `OTLP_ENDPOINT`: `otlp` of `selvedge/otlp`. Default: nothing does, and `OTLP_ENDPOINT` is refused.
   *
   * @example
   * createWorker({ otlp: (from) => otlp({ ...from, name: 'edge', share: 0.1, log: 'warn' }) })
   */
  otlp?: ((from: OtlpOptions) => OtlpSink) | undefined
  /** Delivers what queues bring: `delivery` of `selvedge/cloud`, or, with events, `eventDelivery` of `selvedge/events`. Default: nothing does, and the Worker has no `queue()`. */
  delivery?: Part<Deliver>
}

/** @throws {TypeError} that names the variable, what stands in it and what may. */
export function workerOptions(
  env: Env,
  { cloud, topics, receipts, trust, rates, stats, otlp, analytics }: WorkerParts,
): WorkerOptions {
  for (const name of ['MESH_SHAPES', 'MESH_FLEET'] as const) {
    if (stats === undefined && env[name] !== undefined) {
      throw new TypeError(`${name} is set, and this Worker is composed without \`stats\`. Remove it, or compose it in.`)
    }
  }
  if (otlp === undefined && (env.OTLP_ENDPOINT ?? env.OTLP_HEADERS) !== undefined) {
    throw new TypeError(
      'OTLP_ENDPOINT is set, and this Worker is composed without `otlp`. Remove it, or compose it in.',
    )
  }
  const options: WorkerOptions = {
    registry: env.REGISTRY_OBJECT
      ? readThrough(kvRegistry(env.REGISTRY), env.REGISTRY_OBJECT)
      : kvRegistry(env.REGISTRY),
    env,
    platformCancels: true,
    ...(cloud && { cloud }),
    ...(topics && { topics }),
    ...(receipts && { receipts }),
    ...(trust && { trust: typeof trust === 'function' ? trust({ env }) : trust }),
    ...(rates && { rates }),
    ...(analytics && env.ANALYTICS && { points: analytics(env.ANALYTICS) }),
    domain: env.MESH_DOMAIN ?? 'mesh',
    hosts: hosts(env.MESH_HOSTS ?? MESH_HOSTS),
    ...duration(env, 'MESH_FRESH', 'freshMs'),
    ...duration(env, 'MESH_MAX_STALE', 'maxStaleMs'),
    ...duration(env, 'MESH_IDLE', 'idleMs'),
  }
  if (env.MESH_MAX_HOPS !== undefined) options.maxHops = Number(env.MESH_MAX_HOPS)
  if (env.MESH_LOG !== undefined) options.log = env.MESH_LOG as LogTo
  if (otlp) Object.assign(options, tracing(env, otlp))
  if (env.MESH_DEFAULTS !== undefined) options.defaults = defaultsOf(env.MESH_DEFAULTS)
  if (env.MESH_SECRETS !== undefined) options.secrets = secretsOf(env.MESH_SECRETS)
  if (env.MESH_SESSION_KEY !== undefined) options.seal = seal(keysOf('MESH_SESSION_KEY', env.MESH_SESSION_KEY))
  if (env.MESH_GRANT_KEY !== undefined) options.grants = seal(keysOf('MESH_GRANT_KEY', env.MESH_GRANT_KEY))
  return options
}

/** The log, too, where the sink takes it; the console has it as `MESH_LOG` says, then as before. */
function tracing(env: Env, otlp: NonNullable<WorkerParts['otlp']>): Pick<MeshOptions, 'sink' | 'log'> {
  const { OTLP_ENDPOINT: url, OTLP_HEADERS: headers, MESH_LOG } = env
  if (url === undefined) {
    if (headers === undefined) return {}
    throw new TypeError('OTLP_HEADERS is set, and OTLP_ENDPOINT is not: there is no collector to send them to.')
  }
  const sink = otlp({ url, headers, ...(MESH_LOG !== undefined && { print: MESH_LOG as LogLevel | 'off' }) })
  return sink.log ? { sink, log: sink.log } : { sink }
}

/** What stands there is not repeated. */
function keysOf(name: string, text: string): string[] {
  const keys = listOf(text)
  if (keys.length === 0) throw new TypeError(`${name} is one key, or several separated by commas; it is empty.`)
  return keys
}

function secretsOf(text: string): string[] {
  const names = listOf(text)
  for (const name of names) {
    if (!/^[A-Za-z_$][\w$]*(_\*)?$/.test(name)) {
      throw new TypeError(`MESH_SECRETS is names of secrets or PREFIX_*, separated by commas; got "${name}".`)
    }
  }
  return names
}

function listOf(text: string): string[] {
  return text
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '')
}

function duration<Option extends string>(env: Env, name: keyof Env, option: Option): { [key in Option]?: number } {
  const text = env[name]
  if (text === undefined) return {}
  if (typeof text !== 'string' || !isDuration(text)) throw new TypeError(`${name} is ${DURATION_FORM}; got "${text}".`)
  return { [option]: durationMs(text) } as { [key in Option]: number }
}

function defaultsOf(written: string | object) {
  try {
    return parsePolicy(typeof written === 'string' ? written : JSON.stringify(written))
  } catch (cause) {
    throw new TypeError(`MESH_DEFAULTS: ${cause instanceof Error ? cause.message : cause}`, { cause })
  }
}
