/** The mesh as a library: functions call functions by name. */

import { uploadOf } from '../core/bytes/upload.ts'
import { deadlineIn, earlier } from '../core/deadline.ts'
import type { Room } from '../core/engine/stack.ts'
import { handedOn, MeshError } from '../core/errors.ts'
import { noteError } from '../core/log.ts'
import { receipt } from '../core/receipt.ts'
import { newTrace, type Trace } from '../core/span.ts'
import { rescued, scrubbed } from '../features/rescue/filter.ts'
import { settled } from '../features/settle/filter.ts'
import { serverTrace, type TraceGives } from '../features/trace/filter.ts'
import { readCaller } from '../wire/caller.ts'
import { readTimeoutMs } from '../wire/deadline.ts'
import { type PickedHeaders, pickHeaders } from '../wire/picked.ts'
import { problemResponse } from '../wire/problem/problem.ts'
import { readTrace } from '../wire/traceparent.ts'
import {
  type Arrival,
  type Arrived,
  accept,
  type Defer,
  dropCopiedOverride,
  type Inbound,
  priorityOf,
  root,
  rootOfCopy,
} from './accept.ts'
import { hold } from './afterwork.ts'
import { named } from './call-context.ts'
import { nameReader, splitUrl } from './called-host.ts'
import type { Part } from './inside.ts'
import { type MeshOptions, type Storage, withDefaults } from './options.ts'
import { inquiryOf } from './receipts/inquire.ts'
import type { Notes } from './receipts/inquiry.ts'
import { type Carrier, type Handler, handled, type Served } from './serve.ts'
import { inbound, made } from './stack.ts'

/** The address of a call to one of these names: any text where no names are given. */
export type MeshUrl<Names extends string = string> = string extends Names
  ? string
  : `http${'' | 's'}://${Names}${'' | `/${string}` | `?${string}`}`

/**
 * As much of a fetch as everyone agrees on: hono's `hc`, connect transports and openapi-fetch take it as it is. With names, as
 * `selvedge types` writes them, an address that names none of them does not compile; for such a client it is `mesh.fetch as MeshFetch`.
 */
export type MeshFetch<Names extends string = string> = (
  input: MeshUrl<Names> | URL | Request,
  init?: RequestInit,
) => Promise<Response>

/** One that takes all that any of them does. */
type AnyFetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>

/** What is needed of a Worker's `ctx`. */
export interface Lifetime {
  waitUntil(work: Promise<unknown>): void
  /** What the caller's binding says of it. */
  readonly props?: unknown
}

/** Calls made on behalf of one request: they carry its deadline, trace and allowance. */
export interface Call<Names extends string = string> {
  readonly fetch: MeshFetch<Names>
  /**
   * Asks the record of the mesh's own `name` whether the caller may do this, where the mesh has `trust`; who calls is known by its token from then on,
   * where it brings one. `serve` asks by itself.
   *
   * @throws {MeshError} `caller_denied`, `caller_unknown`; `trust_unavailable` where the keys that would judge its token cannot be read.
   */
  admit(): Promise<void>
  /** The response, with the retries that were used on its behalf where the caller granted some. */
  settle(response: Response): Response
  /** What was thrown, as an answer to the request: `application/problem+json` of what its caller may read. The log gets all of it. */
  problem(error: unknown): Response
}

/** On whose behalf a call with these headers is made. May they be another request's, passed on? */
type ContextOf = (headers: PickedHeaders, mayBeCopied: boolean) => Inbound

export interface ServeOptions {
  /**
   * Does the caller belong to the mesh? What others say of deadline and allowance can only take away. Default: nobody
   * does, which is right for a Worker that can be reached from the internet.
   */
  trust?: (request: Request, ctx: ExecutionContext) => boolean
}

export interface Mesh<Names extends string = string> {
  /**
   * Calls the service that the host of the URL names: `mesh.fetch('http://users/42')`. Within `serve` the call carries
   * the context of the request being served. Redirects are not followed.
   *
   * @throws {MeshError} where the mesh, not the service, failed the call, unless `errors` says `response`. A status of the
   * service is not an error.
   */
  readonly fetch: MeshFetch<Names>
  /**
   * Calls on behalf of a request, said explicitly. `ctx` keeps the isolate alive for what outlives the answer; without it `waitUntil` does.
   *
   * @param options `traced` opens a span for the request, which ends with `settle`. Default false: spans are of the calls alone.
   */
  for(request: Request, ctx?: Lifetime, options?: { trusted?: boolean; traced?: boolean }): Call<Names>
  /** A Worker whose handler stands behind the inbound stack: traced, bounded by the caller's deadline, rescued. */
  serve<Env>(handler: Handler<Env>, options?: ServeOptions): Handler<Env>
  /** What a part makes of this mesh: `mesh.with(delivery)` is a `queue()` handler that delivers to names (docs/queues.md). */
  with<Of>(part: Part<Of>): Of
}

/**
 * @example
 * const mesh = createMesh({ registry: kvRegistry(env.REGISTRY), env })
 * const response = await mesh.fetch('http://users/42')
 *
 * @param load makes the storage of `serve`, where `options` has none and the first request is served.
 */
export function createMesh<Names extends string = string>(
  options: MeshOptions,
  load?: () => Promise<Storage | undefined>,
): Mesh<Names> {
  const settings = withDefaults(options)
  const { clock, random, domain, storage, waitUntil, log, sink } = settings
  const carrier: Carrier = { storage, load: storage ? undefined : load }
  const { call, calling, known, services, guard, identities } = made(settings)
  const nameOf = nameReader(domain)

  /** @param begin the trace of a call that none was brought for. */
  function fetchFor(context: ContextOf, begin: () => Trace): AnyFetch {
    return async function fetch(input, init) {
      clock.turn?.()
      const isRequest = input instanceof Request
      const request = isRequest && init === undefined ? input : new Request(input as RequestInfo, withoutSignal(init))
      const { host, path } = splitUrl(request.url)
      const headers = pickHeaders(request.headers)
      const from = context(headers, isRequest || init instanceof Request || init?.headers instanceof Headers)
      if (!settings.trust?.readsOverrides) dropCopiedOverride(headers, from)
      // A signal that is given may outlive its calls, so it is left again (`own`). That of a request goes with the request.
      const own = init?.signal ?? undefined
      const heard = own ?? (isRequest ? request.signal : undefined)
      const noted = receipt()
      const trace = from.trace ?? readTrace(headers) ?? begin()
      const works: Promise<unknown>[] | undefined = from.defer ? undefined : []
      const signals = () => [...new Set([from.signal(), heard])].filter((signal) => signal !== undefined)
      let deadline = from.deadline
      let notes: Notes | undefined
      try {
        deadline = earlier(deadline, deadlineIn(readTimeoutMs(headers, clock.now(), noted), clock))
        const inquiry = headers.asks ? inquiryOf(headers, from, request, settings) : from.inquiry
        notes = inquiry?.notes
        const made = named(inquiry === from.inquiry ? from : { ...from, inquiry }, {
          name: nameOf(host),
          caller: settings.name,
          proof: 'own',
          path,
          headers,
          receipt: noted,
          trace,
          deadline,
          priority: priorityOf(headers, from),
          defer: from.defer ?? ((work) => works?.push(work)),
          upload: uploadOf(request, clock),
          signals,
          own,
        })
        const response = await call(request, made)
        return notes ? notes.told(response, noted) : response
      } catch (error) {
        if (!(error instanceof MeshError)) throw error
        noteError(error, noted, trace.traceId, settings.name, log)
        if (settings.errors === 'throw') throw error
        // A handler may hand it on as its own answer, whatever it has done before: it says what strangers may read.
        const problem = problemResponse(handedOn(error), request)
        return notes ? notes.told(problem, { ...noted, error: error.code, detail: error.message }) : problem
      } finally {
        if (works?.length) await hold(works, clock, deadline, signals())
      }
    }
  }

  return {
    with: (part) => part({ settings, call, calling, known, services }),
    fetch: fetchFor(
      (headers, mayBeCopied) =>
        (carrier.storage?.getStore() as Inbound | undefined) ??
        (mayBeCopied ? rootOfCopy(settings, headers) : root(settings)),
      () => newTrace(random, sink.share),
    ),
    for(request, ctx, { trusted = false, traced = false } = {}) {
      const { name: caller, proof } = readCaller(request, ctx, trusted ? 'trusted' : 'public')
      const arrival: Arrival = { trusted, caller, proof, defer: deferTo(ctx) ?? waitUntil }
      const context = accept(request, arrival, settings) as Arrived<Arrival> & Room<TraceGives>
      /** Goes on as the caller that a token has shown. */
      const admitted = async (arrived: Arrival): Promise<void> => {
        const { span, trace } = context
        if (arrived.caller !== arrival.caller)
          Object.assign(context, accept(request, arrived, settings), { span, trace })
        await guard?.(request, arrived === arrival ? context : { ...context, arrival: arrived })
      }
      const tracing = traced ? serverTrace(sink).observer : undefined
      void tracing?.enter?.(request, context)
      const trace = context.trace ?? newTrace(random, sink.share)
      return {
        fetch: fetchFor(
          () => context,
          () => trace,
        ),
        admit: () =>
          identities ? identities.arriving(request, arrival, () => settings.name, admitted) : admitted(arrival),
        settle(response) {
          const answer = scrubbed(response, context, trace.traceId, request)
          tracing?.answered?.(answer, context, request)
          return settled(answer, context.allowance, context.receipt)
        },
        problem: (error) => rescued(handedOn(error), { ...context, trace }, request, log),
      }
    },
    serve<Env>(handler: Handler<Env>, { trust = () => false }: ServeOptions = {}) {
      const enter = inbound(settings, handled<Env>(handler, carrier), guard)
      return {
        fetch(request: Request, env: Env, ctx: ExecutionContext) {
          const trusted = trust(request, ctx)
          const { name: caller, proof } = readCaller(request, ctx, trusted ? 'trusted' : 'public')
          const arrival: Served<Env> = { trusted, caller, proof, defer: deferTo(ctx) ?? waitUntil, env, ctx }
          const go = (arrival: Served<Env>, request: Request) => enter(request, accept(request, arrival, settings))
          return identities ? identities.arriving(request, arrival, () => settings.name, go) : go(arrival, request)
        },
      }
    },
  }
}

function deferTo(ctx: Lifetime | undefined): Defer | undefined {
  return ctx && ((work) => ctx.waitUntil(work))
}

/**
 * A Request made with a signal listens to it until it is collected as garbage, in Node: the mesh listens itself, and leaves when the
 * call and its body have ended.
 */
function withoutSignal(init: RequestInit | undefined): RequestInit | undefined {
  return init?.signal && !(init instanceof Request) ? { ...init, signal: null } : init
}
