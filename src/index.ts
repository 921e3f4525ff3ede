/** Selvedge, the library, on Workers and in Node: functions call functions by logical name. */
import { asyncStorage } from './mesh/async-storage.ts'
import { createMesh as createMeshAnywhere, type Mesh } from './mesh/mesh.ts'
import type { MeshOptions } from './mesh/options.ts'

export * from './anywhere.ts'

/**
 * @example
 * const mesh = createMesh({ registry: kvRegistry(env.REGISTRY), env })
 * const response = await mesh.fetch('http://users/42')
 *
 * @typeParam Names the names that may be called, as `selvedge types` writes them. Default: any.
 */
export function createMesh<Names extends string = string>(options: MeshOptions): Mesh<Names> {
  return createMeshAnywhere<Names>(options, asyncStorage)
}
