/** The mesh as a Worker: the composition root of proxy mode. */
import { cloud, receipts } from '../cloud.ts'
import { type Caller, STRANGER } from '../core/caller.ts'
import type { ServiceName } from '../core/endpoint.ts'
import { MeshError } from '../core/errors.ts'
import { type Log, noteError } from '../core/log.ts'
import { receipt } from '../core/receipt.ts'
import { newTrace } from '../core/span.ts'
import { systemClock } from '../core/time/clock.ts'
import { systemRandom } from '../core/time/random.ts'
import type { Forwarded } from '../mesh/accept.ts'
import { nameReader } from '../mesh/called-host.ts'
import type { Batch, Deliver } from '../mesh/delivery/delivery.ts'
import { addressOf, type Hosts, identify, RESERVED_PREFIX } from '../mesh/identify.ts'
import { type Forward, proxy } from '../mesh/proxy.ts'
import type { Digest, DigestAnswer } from '../telemetry/digest.ts'
import { meshLog } from '../telemetry/log.ts'
import { access, rates } from '../trust.ts'
import { readCaller } from '../wire/caller.ts'
import { problemResponse } from '../wire/problem/problem.ts'
import { readTrace } from '../wire/traceparent.ts'
import { type Env, type WorkerParts, workerOptions } from './env.ts'
import type { Parts } from './installed.ts'
import { healthOf, reserved, serviceProbed } from './reserved.ts'
import type { Recorder } from './shapes/recorder.ts'
import { stats, type Telling } from './stats.ts'

/** The part `stats` of {@link createWorker}: counts calls, and records shapes of requests for `selvedge simulate`, where `STATS_OBJECT` is bound. */
export { stats }

/** One Worker, made at its first request: at module scope there is no clock and no chance. */
interface Running {
  readonly hosts: Hosts
  readonly nameOf: (said: string) => ServiceName
  readonly forward: Forward
  /** Where somebody is told of its calls. */
  readonly telling: Telling | undefined
  readonly parts: Parts
  /** `undefined` where this Worker delivers nothing. */
  readonly deliver: Deliver | undefined
}

/** A Worker that cannot start is looked after by people: what its queues bring comes again after so many seconds. */
const NOT_STARTED_SECONDS = 60

/** What a Worker has made for an environment. */
interface Made {
  meshOf(env: Env): Running
  /** Of one of which no mesh can be made. */
  logOf(env: Env): Log
}

/** An entrance of the Worker. */
export interface Entrance {
  /**
   * Over RPC: takes what a function with the library has counted, and hands it on to `STATS_OBJECT`. Who that is, its binding says. There where
   * `stats` is one of the parts.
   *
   * @throws {Error} where the binding names nobody.
   */
  digest?(digest: Digest, env: Env, ctx: ExecutionContext): Promise<DigestAnswer | undefined>
  fetch(request: Request, env: Env, ctx: ExecutionContext): Response | Promise<Response>
}

/** A Worker to deploy: itself the default export, for the internet, where what callers say of deadline and allowance can only take away. */
export interface MeshWorker extends Entrance {
  /**
   * For service bindings (`entrypoint = "MeshEntrypoint"`): only Workers of this account can reach it. Those whose binding
   * names them (`props = { caller = "checkout" }`) are believed; others may pass on what strangers have sent them.
   */
  readonly MeshEntrypoint: Entrance
  /** Delivers what the queues bring that this Worker consumes: there where `delivery` is one of its parts. */
  readonly queue?: (batch: Batch, env: Env, ctx: ExecutionContext) => Promise<void>
}

/**
 * A mesh Worker of the parts that you use: what is left out is not in its bundle.
 *
 * @example
 * const worker = createWorker({ cloud, receipts })
 * export default worker
 * export const { MeshEntrypoint } = worker
 */
export function createWorker(parts: WorkerParts = {}): MeshWorker {
  const running = new WeakMap<Env, Running>()
  const failing = new WeakMap<Env, Log>()
  const made: Made = {
    meshOf(env) {
      let mesh = running.get(env)
      if (!mesh) {
        mesh = start(env, parts)
        running.set(env, mesh)
      }
      return mesh
    },
    logOf(env) {
      const log = failing.get(env) ?? meshLog('warn', systemClock)
      failing.set(env, log)
      return log
    },
  }
  return {
    fetch: (request, env, ctx) => handle(made, request, env, ctx, STRANGER),
    MeshEntrypoint: {
      fetch: (request, env, ctx) => handle(made, request, env, ctx, readCaller(request, ctx, 'members')),
      // Three parameters: only so does workerd hand over env and ctx.
      ...(parts.stats && { digest: async (digest, env, ctx) => made.meshOf(env).telling?.relay(digest, ctx) }),
    },
    ...(parts.delivery && { queue: (batch, env, ctx) => delivered(made, batch, env, ctx) }),
  }
}

// The bundle of who imports `createWorker` alone has neither it nor its parts.
const worker = /* @__PURE__ */ createWorker({ cloud, receipts, trust: access, rates, stats })
export default worker
export const MeshEntrypoint = /* @__PURE__ */ entrance(worker)

function entrance(worker: MeshWorker): Entrance {
  return worker.MeshEntrypoint
}

function handle(
  { meshOf, logOf }: Made,
  request: Request,
  env: Env,
  ctx: ExecutionContext,
  by: Caller,
): Response | Promise<Response> {
  const { name: caller, proof } = by
  // A binding that names nobody may pass on what strangers have sent: it raises nothing.
  const trusted = caller !== undefined
  let mesh: Running
  try {
    mesh = meshOf(env)
  } catch (cause) {
    return notStarted(cause, request, logOf(env), trusted)
  }
  const address = addressOf(request.url, mesh.hosts)
  const defer = (work: Promise<unknown>) => ctx.waitUntil(work)
  if (address.isMesh && address.path.startsWith(RESERVED_PREFIX)) {
    const probed = serviceProbed(address.path)
    if (probed === undefined) {
      const [path = ''] = address.path.split('?', 1)
      const told = mesh.forward.identities?.answer(path, request, by, defer)
      return told ?? reserved(request, address.path, env, { parts: mesh.parts, caller: by, trusted })
    }
    const identify = () => ({ name: mesh.nameOf(probed), path: '/' })
    return mesh.forward
      .probe(request, { trusted, caller, proof, identify, defer }, healthOf)
      .then((answer) => answer ?? healthOf())
  }
  const called = () => identify(address, mesh.nameOf)
  const arrival = { trusted, caller, proof, identify: called, defer }
  const { telling, forward } = mesh
  if (!telling) return forward(request, arrival)
  const { recorder } = telling
  const answer = recorder?.isDue() ? recorded(recorder, request, arrival, forward) : forward(request, arrival)
  telling.due(defer)
  return answer
}

/** When a request is answered, the rules that it has met are known, and who sent it. */
async function recorded(recorder: Recorder, request: Request, arrival: Forwarded, forward: Forward): Promise<Response> {
  let { caller } = arrival
  const heard = (shown: ServiceName) => {
    caller = shown
  }
  const response = await forward(request, { ...arrival, heard })
  recorder.record(request, arrival.identify, caller, arrival.defer)
  return response
}

/** As a `queue()` handler it never fails. */
async function delivered({ meshOf, logOf }: Made, batch: Batch, env: Env, ctx: ExecutionContext): Promise<void> {
  let mesh: Running
  try {
    mesh = meshOf(env)
  } catch (cause) {
    noteError(startless(cause), receipt(), newTrace(systemRandom()).traceId, undefined, logOf(env))
    for (const message of batch.messages) message.retry({ delaySeconds: NOT_STARTED_SECONDS })
    return
  }
  mesh.telling?.due((work) => ctx.waitUntil(work))
  await mesh.deliver?.(batch, env, ctx)
}

function start(env: Env, parts: WorkerParts): Running {
  const { hosts, ...options } = workerOptions(env, parts)
  const telling = parts.stats?.(env, options.registry)
  if (telling) options.stats = () => telling.reports
  const told: Parts = { cloud: options.cloud !== undefined, topics: options.topics !== undefined }
  const forward = proxy(options)
  telling?.watch(forward)
  const deliver = parts.delivery && forward.with(parts.delivery)
  return { hosts, nameOf: nameReader(options.domain), forward, parts: told, telling, deliver }
}

/** What stands in a variable is for the operator alone: the answer of a stranger does not even name it. */
function notStarted(cause: unknown, request: Request, log: Log, isTrusted: boolean): Response {
  const error = startless(cause)
  const { traceId } = readTrace(request.headers) ?? newTrace(systemRandom())
  noteError(error, receipt(), traceId, undefined, log)
  return problemResponse(error, request, { isTrusted })
}

function startless(cause: unknown): MeshError {
  const message = cause instanceof Error ? cause.message : String(cause)
  return new MeshError('internal', `The mesh could not be started: ${message}`, { cause })
}
