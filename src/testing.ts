/** For your tests: a mesh of functions in memory, with a clock that you move and chance from a seed. */
import { MeshError } from './core/errors.ts'
import { type Random, seeded } from './core/random.ts'
import { type VirtualClock, virtualClock } from './core/virtual-clock.ts'
import { createMesh, type Mesh } from './mesh/mesh.ts'
import type { MeshOptions } from './mesh/options.ts'
import { type MemoryRegistry, memoryRegistry } from './registry/memory.ts'
import { type SpanRing, spanRing } from './telemetry/span-ring.ts'

export type { MemoryRegistry, Random, SpanRing, VirtualClock }
export { MeshError, memoryRegistry, seeded, spanRing, virtualClock }

/** Answers as an endpoint would. */
export type TestHandler = (request: Request) => Response | Promise<Response>

/** A function, several functions (an endpoint each), or a record with rules and policy whose endpoints are functions. */
export type TestService =
  | TestHandler
  | readonly TestHandler[]
  | { endpoints?: readonly TestHandler[]; [field: string]: unknown }

export interface TestMeshOptions extends Partial<Omit<MeshOptions, 'registry' | 'env' | 'clock' | 'random'>> {
  /** Chance follows from it. Default 1. */
  seed?: number
  /** Default: a virtual clock. */
  clock?: VirtualClock
}

export interface TestMesh extends Mesh {
  /** `clock.run(work)` moves time on until the work is done; `clock.advance(ms)` as far as you say. */
  readonly clock: VirtualClock
  readonly random: Random
  readonly registry: MemoryRegistry
  /** What was called, attempt by attempt. */
  spans(): ReturnType<SpanRing['spans']>
}

/**
 * @example
 * const mesh = createTestMesh({ users: () => Response.json({ id: 42 }) })
 * const response = await mesh.clock.run(mesh.fetch('http://users/42'))
 */
export function createTestMesh(
  services: Readonly<Record<string, TestService>>,
  { seed = 1, clock = virtualClock(), ...options }: TestMeshOptions = {},
): TestMesh {
  const env: Record<string, unknown> = {}
  const registry = memoryRegistry()
  for (const [name, service] of Object.entries(services)) {
    const { endpoints, ...others } = asRecord(service)
    const bindings = endpoints?.map((handler) => {
      const binding = `SERVICE_${Object.keys(env).length}`
      env[binding] = { fetch: async (url: string, init: RequestInit) => handler(new Request(url, init)) }
      return { binding }
    })
    registry.set(name, bindings ? { ...others, endpoints: bindings } : others)
  }
  const random = seeded(seed)
  const ring = spanRing()
  const mesh = createMesh({ sink: ring, log: 'off', ...options, registry, env, clock, random })
  return { ...mesh, clock, random, registry, spans: ring.spans }
}

function asRecord(service: TestService): Exclude<TestService, TestHandler | readonly TestHandler[]> {
  if (typeof service === 'function') return { endpoints: [service] }
  return isList(service) ? { endpoints: service } : service
}

function isList(service: object): service is readonly TestHandler[] {
  return Array.isArray(service)
}
