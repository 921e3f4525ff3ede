/** Which endpoints can be reached from here, and why the others cannot. */
import type { Target } from '../core/endpoint.ts'
import type { Bindings } from './bindings.ts'
import { roadTo } from './roads.ts'

/** Why an endpoint cannot be reached from here; `undefined` where it can. */
export function unreachableBecause(target: Target, bindings: Bindings, hasCloud: boolean): string | undefined {
  return roadTo(target).blockedBecause(target, { bindings, hasCloud })
}
