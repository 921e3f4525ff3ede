/** Counting of calls, as a value that a mesh is made with: one that counts nothing does not carry it. */
import type { ObserverFilter } from '../core/engine/stack.ts'
import { type CountGives, type CountNeeds, count } from '../features/count/filter.ts'
import type { Numbers } from '../telemetry/numbers/numbers.ts'

export type Counting = ObserverFilter<CountNeeds, CountGives>

/** @param numbers what calls are counted in. */
export function counting(numbers: Numbers): Counting {
  return count(numbers)
}
