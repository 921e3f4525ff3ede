/** For your tests: a mesh of functions in memory, sagas that crash, a clock that you move and chance from a seed. */

export { MeshError } from './core/errors.ts'
export { type Random, seeded } from './core/time/random.ts'
export { type VirtualClock, virtualClock } from './core/time/virtual-clock.ts'
export { type MemoryRegistry, memoryRegistry } from './registry/memory.ts'
export { type SpanRing, spanRing } from './telemetry/span-ring.ts'
export type { Explored, Exploring } from './testing/explore.ts'
export { type CrashPoint, type MemorySteps, memorySteps } from './testing/memory-steps.ts'
export {
  createTestMesh,
  type TestHandler,
  type TestMesh,
  type TestMeshOptions,
  type TestRegistry,
  type TestService,
} from './testing/test-mesh.ts'
export { type TestParticipant, testParticipant } from './testing/test-participant.ts'
export { type Running, type SagaTest, testSaga } from './testing/test-saga.ts'
