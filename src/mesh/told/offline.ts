/** A decision of records in hand: no mesh is asked, and what it has is not known. */
import type { Clock } from '../../core/time/clock.ts'
import type { Random } from '../../core/time/random.ts'
import { memoryRegistry } from '../../registry/memory.ts'
import { decide } from './decide.ts'
import type { Decision } from './decision.ts'
import type { Question } from './question.ts'

export interface Offline {
  /** The mesh's own. */
  readonly domain: string
  readonly clock: Clock
  readonly random: Random
}

/** @param records by name, as text. */
export function decideOffline(
  question: Question,
  records: ReadonlyMap<string, string>,
  offline: Offline,
): Promise<Decision> {
  return decide(question, { registry: memoryRegistry(Object.fromEntries(records)), ...offline })
}
