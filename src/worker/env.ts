/** The Worker's environment to the options of a mesh: the one place that reads variables. */
import { cloud } from '../cloud.ts'
import type { MeshOptions } from '../mesh/options.ts'
import { DURATION_FORM, durationMs, isDuration } from '../policy/duration.ts'
import { parsePolicy } from '../policy/parse.ts'
import { kvRegistry } from '../registry/kv.ts'
import type { LogTo } from '../telemetry/log.ts'
import { type Hosts, hosts } from './identify.ts'

/** Bindings and variables, as in docs/configuration.md. Any other binding is one that endpoints name. */
export interface Env {
  REGISTRY: KVNamespace
  MESH_HOSTS?: string
  MESH_DOMAIN?: string
  MESH_FRESH?: string
  MESH_MAX_STALE?: string
  MESH_MAX_HOPS?: string
  MESH_IDLE?: string
  MESH_LOG?: string
  MESH_DEFAULTS?: string | object
}

/** Variables of the contract that this version does not act on: to set one would look as if it did. */
const LATER = ['MESH_TRUST', 'OTLP_ENDPOINT', 'OTLP_HEADERS']

const MESH_HOSTS = 'localhost,127.0.0.1,[::1],*.workers.dev'

export interface WorkerOptions extends MeshOptions {
  readonly domain: string
  readonly hosts: Hosts
}

/** @throws {TypeError} that names the variable, what stands in it and what may. */
export function workerOptions(env: Env): WorkerOptions {
  for (const name of LATER) {
    if (name in env) throw new TypeError(`${name} is of a later version: this one does not act on it. Remove it.`)
  }
  const options: WorkerOptions = {
    registry: kvRegistry(env.REGISTRY),
    env,
    platformCancels: true,
    cloud,
    domain: env.MESH_DOMAIN ?? 'mesh',
    hosts: hosts(env.MESH_HOSTS ?? MESH_HOSTS),
    ...duration(env, 'MESH_FRESH', 'freshMs'),
    ...duration(env, 'MESH_MAX_STALE', 'maxStaleMs'),
    ...duration(env, 'MESH_IDLE', 'idleMs'),
  }
  if (env.MESH_MAX_HOPS !== undefined) options.maxHops = Number(env.MESH_MAX_HOPS)
  if (env.MESH_LOG !== undefined) options.log = env.MESH_LOG as LogTo
  if (env.MESH_DEFAULTS !== undefined) options.defaults = defaultsOf(env.MESH_DEFAULTS)
  return options
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
