/** Counting of calls, as a value that a mesh is made with: one that counts nothing does not carry it. */
import type { ObserverFilter } from '../core/engine/stack.ts'
import { type CountGives, type CountNeeds, count } from '../features/count/filter.ts'
import type { Numbers } from '../telemetry/numbers/numbers.ts'
import type { Tapping } from '../telemetry/tap/tapping.ts'

export interface Counting extends ObserverFilter<CountNeeds, CountGives> {
  /** An event was published to a topic, and nobody wants it. */
  readonly unclaimed?: Numbers['unclaimed'] | undefined
  /** A message was brought to a service, and settled. */
  readonly delivered?: Numbers['delivered'] | undefined
  /** A queue brought messages. */
  readonly waiting?: Numbers['waiting'] | undefined
}

/**
 * @param numbers what calls are counted in.
 * @param tapping who looks at calls as they are made. Default: nobody ever does.
 */
export function counting(numbers: Numbers, tapping?: Tapping): Counting {
  const { unclaimed, delivered, waiting } = numbers
  return Object.assign(count(numbers, tapping), { unclaimed, delivered, waiting })
}
