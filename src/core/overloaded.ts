/** A refusal for want of capacity, ours or theirs. */
import { MeshError } from './errors.ts'
import type { Random } from './time/random.ts'

/** `retry-after` says 1 s to this many. A second is the least it can say, and one for all would bring all back at once. */
const LONGEST_WAIT_S = 3

/** @param retryable may the same request be served if it is sent again, elsewhere or later? */
export function overloaded(message: string, retryable: boolean, random: Random): MeshError {
  const retryAfterMs = 1000 * (1 + Math.floor(random.next() * LONGEST_WAIT_S))
  return new MeshError('overloaded', message, { retryable, retryAfterMs })
}
