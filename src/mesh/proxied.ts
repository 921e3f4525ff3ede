/** A request that arrived at the mesh as a proxy. */
import type { Arrival, Defer } from './accept.ts'
import type { Called } from './called-host.ts'

export interface Forwarded extends Arrival {
  readonly defer: Defer
  /** Which service it means; throws a MeshError where it means none. */
  identify(): Called
}
