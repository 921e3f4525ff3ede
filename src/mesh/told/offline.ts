/** What can be told without a mesh: a decision of records in hand, and the explanation of a receipt. */
import type { Clock } from '../../core/time/clock.ts'
import type { Random } from '../../core/time/random.ts'
import { memoryRegistry } from '../../registry/memory.ts'
import { decodeReceipt } from '../../wire/receipt/decode.ts'
import { decide } from './decide.ts'
import type { Decision } from './decision.ts'
import { explain } from './explain.ts'
import type { Explanation } from './explanation.ts'
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

/** @throws {TypeError} for a text that is no receipt. */
export function explainOffline(receipt: string): Explanation {
  return explain(decodeReceipt(receipt))
}
