/** The mesh as a library: functions call functions by name. */
import { deadlineIn, earlier } from '../core/deadline.ts'
import { receipt } from '../core/receipt.ts'
import { uploadOf } from '../core/upload.ts'
import { settled } from '../filters/settle.ts'
import { readCaller } from '../wire/caller.ts'
import { readTimeoutMs } from '../wire/deadline.ts'
import { pickHeaders } from '../wire/picked.ts'
import { readTrace } from '../wire/traceparent.ts'
import { type Arrival, accept, dropCopiedOverride, type Inbound, priorityOf, root } from './accept.ts'
import { nameReader, splitUrl } from './name.ts'
import { named } from './named.ts'
import { type MeshOptions, withDefaults } from './options.ts'
import { type Handler, handled, type Served } from './serve.ts'
import { caller, inbound } from './stack.ts'

/** As much of a fetch as everyone agrees on: hono's `hc`, connect transports and openapi-fetch take it as it is. */
export type MeshFetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>

/** What is needed of a Worker's `ctx`. */
export interface Lifetime {
  waitUntil(work: Promise<unknown>): void
}

/** Calls made on behalf of one request: they carry its deadline, trace and allowance. */
export interface Call {
  readonly fetch: MeshFetch
  /** The response, with the retries that were used on its behalf where the caller granted some. */
  settle(response: Response): Response
}

export interface ServeOptions {
  /**
   * Does the caller belong to the mesh? What others say of deadline and allowance can only take away. Default: nobody
   * does, which is right for a Worker that can be reached from the internet.
   */
  trust?: (request: Request, ctx: ExecutionContext) => boolean
}

export interface Mesh {
  /**
   * Calls the service that the host of the URL names: `mesh.fetch('http://users/42')`. Within `serve` the call carries
   * the context of the request being served. Redirects are not followed.
   *
   * @throws {MeshError} where the mesh, not the service, failed the call. A status of the service is not an error.
   */
  readonly fetch: MeshFetch
  /** Calls on behalf of a request, said explicitly. `ctx` keeps the isolate alive for what outlives the answer. */
  for(request: Request, ctx?: Lifetime, options?: { trusted?: boolean }): Call
  /** A Worker whose handler stands behind the inbound stack: traced, bounded by the caller's deadline, rescued. */
  serve<Env>(handler: Handler<Env>, options?: ServeOptions): Handler<Env>
}

/**
 * @example
 * const mesh = createMesh({ registry: kvRegistry(env.REGISTRY), env })
 * const response = await mesh.fetch('http://users/42')
 */
export function createMesh(options: MeshOptions): Mesh {
  const settings = withDefaults(options)
  const { clock, domain, storage } = settings
  const call = caller(settings)
  const nameOf = nameReader(domain)

  function fetchFor(context: () => Inbound): MeshFetch {
    return async function fetch(input, init) {
      const isRequest = input instanceof Request
      const request = isRequest && init === undefined ? input : new Request(input as RequestInfo, init)
      const { host, path } = splitUrl(request.url)
      const headers = pickHeaders(request.headers)
      const from = context()
      dropCopiedOverride(headers, from)
      // Only a signal that somebody holds is worth a listener.
      const own = isRequest || init?.signal ? request.signal : undefined
      return call(
        request,
        named(from, {
          name: nameOf(host),
          caller: settings.name,
          path,
          headers,
          receipt: receipt(),
          trace: from.trace ?? readTrace(headers),
          deadline: earlier(from.deadline, deadlineIn(readTimeoutMs(headers, clock.now()), clock)),
          priority: priorityOf(headers, from),
          upload: uploadOf(request, clock),
          signals: () => [...new Set([from.signal(), own])].filter((signal) => signal !== undefined),
        }),
      )
    }
  }

  return {
    fetch: fetchFor(() => (storage?.getStore() as Inbound | undefined) ?? root(settings)),
    for(request, ctx, { trusted = false } = {}) {
      const context = accept(request, { trusted, defer: deferTo(ctx) }, settings)
      return {
        fetch: fetchFor(() => context),
        settle: (response) => settled(response, context.allowance, context.receipt),
      }
    },
    serve<Env>(handler: Handler<Env>, { trust = () => false }: ServeOptions = {}) {
      const enter = inbound(settings, handled<Env>(handler, storage))
      return {
        fetch(request: Request, env: Env, ctx: ExecutionContext) {
          const trusted = trust(request, ctx)
          const arrival: Served<Env> = { trusted, caller: readCaller(ctx), defer: deferTo(ctx), env, ctx }
          return enter(request, accept(request, arrival, settings))
        },
      }
    },
  }
}

function deferTo(ctx: Lifetime | undefined): Arrival['defer'] {
  return ctx ? (work) => ctx.waitUntil(work) : () => {}
}
