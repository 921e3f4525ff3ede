/** Selvedge, the library, for platforms of which nothing is known: `serve` carries its context where `storage` is given. */

export type { Deadline } from './core/deadline.ts'
export type { Endpoint, ServiceName } from './core/endpoint.ts'
export type { RequestContext } from './core/engine/context.ts'
export type { Filter, Next, Service } from './core/engine/service.ts'
export { type Stack, stack } from './core/engine/stack.ts'
export { MeshError, type MeshErrorCode } from './core/errors.ts'
export type { Outcome } from './core/outcome.ts'
export type { Receipt } from './core/receipt.ts'
export type { Sink } from './core/sink.ts'
export type { Span } from './core/span.ts'
export type { Clock } from './core/time/clock.ts'
export type { Random } from './core/time/random.ts'
export {
  type Call,
  createMesh,
  type Lifetime,
  type Mesh,
  type MeshFetch,
  type MeshUrl,
  type ServeOptions,
} from './mesh/mesh.ts'
export type { MeshOptions } from './mesh/options.ts'
export type { Handler } from './mesh/serve.ts'
export type { WrittenPolicy } from './record/fields.ts'
export type { ServiceRecord, WrittenRecord } from './record/record.ts'
export { type KvRegistryOptions, kvRegistry } from './registry/kv.ts'
export type { Entry, Registry } from './registry/registry.ts'
export { viaMesh } from './registry/via-mesh.ts'
export type { KnownTarget as Target } from './targets/kinds.ts'
export type { LogLine, LogTo } from './telemetry/log.ts'
