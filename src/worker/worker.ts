/** The mesh as a Worker: the composition root of proxy mode. */
import type { ServiceName } from '../core/endpoint.ts'
import { MeshError } from '../core/errors.ts'
import { nameReader } from '../mesh/name.ts'
import { type Forward, proxy } from '../mesh/proxy.ts'
import { readCaller } from '../wire/caller.ts'
import { problemResponse } from '../wire/problem.ts'
import { type Env, workerOptions } from './env.ts'
import { addressOf, type Hosts, identify, RESERVED_PREFIX } from './identify.ts'
import { reserved } from './reserved.ts'

/** One Worker, made at its first request: at module scope there is no clock and no chance. */
interface Running {
  readonly hosts: Hosts
  readonly nameOf: (said: string) => ServiceName
  readonly forward: Forward
}

const running = new WeakMap<Env, Running>()

/** For the internet: what callers say of deadline and allowance can only take away. */
export default {
  fetch: (request, env, ctx) => handle(request, env, ctx, false),
} satisfies ExportedHandler<Env>

/**
 * For service bindings (`entrypoint = "MeshEntrypoint"`): only Workers of this account can reach it, so that they are
 * believed. `props = { caller = "checkout" }` of the binding says which one it is.
 */
export const MeshEntrypoint = {
  fetch: (request, env, ctx) => handle(request, env, ctx, true),
} satisfies ExportedHandler<Env>

function handle(request: Request, env: Env, ctx: ExecutionContext, trusted: boolean): Response | Promise<Response> {
  let mesh: Running
  try {
    mesh = running.get(env) ?? start(env)
  } catch (cause) {
    console.error(cause)
    const detail =
      cause instanceof TypeError ? cause.message : 'The mesh could not be started; the log has the details.'
    return problemResponse(new MeshError('internal', detail, { cause }), request)
  }
  const address = addressOf(request.url, mesh.hosts)
  if (address.isMesh && address.path.startsWith(RESERVED_PREFIX)) return reserved(request, address.path)
  return mesh.forward(request, {
    trusted,
    caller: trusted ? readCaller(ctx) : undefined,
    identify: () => identify(address, mesh.nameOf),
    defer: (work) => ctx.waitUntil(work),
  })
}

function start(env: Env): Running {
  const { hosts, ...options } = workerOptions(env)
  const made = { hosts, nameOf: nameReader(options.domain), forward: proxy(options) }
  running.set(env, made)
  return made
}
