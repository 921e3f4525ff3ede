/** For your tests: a mesh of functions in memory, with a clock that you move and chance from a seed. */
import type { Sink } from '../core/sink.ts'
import { type Random, seeded } from '../core/time/random.ts'
import { onStandstill } from '../core/time/standstill.ts'
import { type VirtualClock, virtualClock } from '../core/time/virtual-clock.ts'
import { asyncStorage } from '../mesh/async-storage.ts'
import { createMesh, type Mesh, type MeshFetch } from '../mesh/mesh.ts'
import type { MeshOptions } from '../mesh/options.ts'
import { type MemoryRegistry, memoryRegistry } from '../registry/memory.ts'
import { type SpanRing, spanRing } from '../telemetry/span-ring.ts'

/** Answers as an endpoint would. */
export type TestHandler = (request: Request) => Response | Promise<Response>

/** A function, several functions (an endpoint each), or a record with rules and policy, whose endpoints may be functions. */
export type TestService =
  | TestHandler
  | readonly TestHandler[]
  | { endpoints?: readonly (TestHandler | string | object)[]; [field: string]: unknown }

export interface TestRegistry extends MemoryRegistry {
  /**
   * Writes a service as `createTestMesh` takes it, or a record as text. A function that was there before keeps what the
   * mesh has learned of it.
   */
  set(name: string, service: TestService | string, revision?: string): void
}

export interface TestMeshOptions extends Partial<Omit<MeshOptions, 'registry' | 'env' | 'clock' | 'random'>> {
  /** Chance follows from it. Default 1. */
  seed?: number
  /** Default: a virtual clock. */
  clock?: VirtualClock
  /** Further bindings that records name: a queue in memory, say. Default: none. */
  env?: Readonly<Record<string, unknown>>
}

export interface TestMesh extends Mesh {
  /** `clock.run(work)` moves time on until the work is done; `clock.advance(ms)` as far as you say. */
  readonly clock: VirtualClock
  readonly random: Random
  readonly registry: TestRegistry
  /** What was called, attempt by attempt: `name` is the service, `users[1]` where it has several functions. */
  spans(): ReturnType<SpanRing['spans']>
}

/**
 * @example
 * const mesh = createTestMesh({ users: () => Response.json({ id: 42 }) })
 * const response = await mesh.clock.run(mesh.fetch('http://users/42'))
 */
export function createTestMesh(
  services: Readonly<Record<string, TestService>>,
  { seed = 1, clock = virtualClock(), env = {}, ...options }: TestMeshOptions = {},
): TestMesh {
  const stage = functions(env)
  const memory = memoryRegistry()
  const registry: TestRegistry = {
    ...memory,
    set: (name, service, revision) =>
      memory.set(name, typeof service === 'string' ? service : stage.written(name, service), revision),
  }
  for (const [name, service] of Object.entries(services)) registry.set(name, service)
  const random = seeded(seed)
  const ring = spanRing()
  const sink: Sink = {
    ...options.sink,
    span(span, ...beside) {
      span.name = stage.names.get(span.name) ?? span.name
      ring.span(span)
      options.sink?.span(span, ...beside)
    },
  }
  const mesh = createMesh({ log: 'off', ...options, sink, registry, env: stage.env, clock, random }, asyncStorage)
  return { ...told(mesh, clock), clock, random, registry, spans: ring.spans }
}

/** A function of a service, and the service binding that stands for it. */
interface Staged {
  readonly handler: TestHandler
  readonly binding: string
}

/** Functions stand in the environment, where endpoints name them as service bindings. */
function functions(others: Readonly<Record<string, unknown>>) {
  const env: Record<string, unknown> = { ...others }
  /** What an endpoint is called in spans, by its id. */
  const names = new Map<string, string>()
  const staged = new Map<string, Staged[]>()

  function stage(handler: TestHandler): Staged {
    const binding = `SERVICE_${Object.keys(env).length}`
    env[binding] = { fetch: async (url: string, init: RequestInit) => handler(new Request(url, init)) }
    return { handler, binding }
  }

  return {
    env,
    names,
    /** The record of a service, with a binding for each of its functions: a function that stays keeps its own. */
    written(name: string, service: TestService): object {
      const { endpoints, ...others } = asRecord(service)
      if (!endpoints) return others
      const left = staged.get(name)?.slice() ?? []
      const taken: Staged[] = []
      const written = endpoints.map((endpoint, index) => {
        if (!isFunction(endpoint)) return endpoint
        const at = left.findIndex(({ handler }) => handler === endpoint)
        const one = left.splice(at, at === -1 ? 0 : 1)[0] ?? stage(endpoint)
        taken.push(one)
        names.set(`binding:${one.binding}`, endpoints.length === 1 ? name : `${name}[${index}]`)
        return { binding: one.binding }
      })
      staged.set(name, [...taken, ...left])
      return { ...others, endpoints: written }
    },
  }
}

/** A mesh that says so where a call waits for a clock that nobody moves: the test would hang without a word. */
function told(mesh: Mesh, clock: VirtualClock): Mesh {
  let hasSaid = false
  const watched = (what: string, work: Promise<Response>) => {
    onStandstill(clock, work, () => {
      if (!hasSaid)
        console.warn(`${what} waits, and its clock stands still: await mesh.clock.run(…) around it moves time on.`)
      hasSaid = true
    })
    return work
  }
  const watching =
    (fetch: MeshFetch): MeshFetch =>
    (input, init) =>
      watched(`mesh.fetch('${input instanceof Request ? input.url : input}')`, fetch(input, init))
  return {
    with: mesh.with,
    fetch: watching(mesh.fetch),
    for(request, ctx, options) {
      const call = mesh.for(request, ctx, options)
      return { ...call, fetch: watching(call.fetch) }
    },
    serve(handler, options) {
      const served = mesh.serve(handler, options)
      return {
        fetch: (request, env, ctx) =>
          watched(`A request to ${request.url}`, Promise.resolve(served.fetch(request, env, ctx))),
      }
    },
  }
}

function asRecord(service: TestService): Exclude<TestService, TestHandler | readonly TestHandler[]> {
  if (typeof service === 'function') return { endpoints: [service] }
  return isList(service) ? { endpoints: service } : service
}

function isList(service: object): service is readonly TestHandler[] {
  return Array.isArray(service)
}

function isFunction(endpoint: TestHandler | string | object): endpoint is TestHandler {
  return typeof endpoint === 'function'
}
