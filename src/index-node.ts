/** Selvedge, the library, in Node: the same as on Workers, over Node's `fetch`. */
import { decodedFetch } from './bridge/decoded-fetch.ts'
import { asyncStorage } from './mesh/async-storage.ts'
import { createMesh as createMeshAnywhere, type Mesh } from './mesh/mesh.ts'
import type { MeshOptions } from './mesh/options.ts'

export * from './anywhere.ts'

/**
 * @example
 * const mesh = createMesh({ registry: viaMesh('https://mesh.example.com') })
 * const response = await mesh.fetch('http://users/42')
 *
 * @typeParam Names the names that may be called, as `selvedge types` writes them. Default: any.
 */
export function createMesh<Names extends string = string>(options: MeshOptions): Mesh<Names> {
  const { fetch = decodedFetch } = options
  return createMeshAnywhere<Names>({ ...options, fetch }, asyncStorage)
}
