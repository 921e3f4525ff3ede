/** What holds where nobody has written anything, as an operator would write it: the defaults that editors tell. */
import { WORDS as BALANCE } from '../../features/balance/words.ts'
import { WORDS as DEADLINE } from '../../features/deadline/words.ts'
import { WORDS as HEDGE } from '../../features/hedge/words.ts'
import { WORDS as LIMIT } from '../../features/limit/words.ts'
import { WORDS as OUTLIER } from '../../features/outlier/words.ts'
import { WORDS as RETRY } from '../../features/retry/words.ts'
import type { WordsByPath } from '../../schema/words.ts'

const WORDS: WordsByPath = { ...BALANCE, ...DEADLINE, ...HEDGE, ...LIMIT, ...OUTLIER, ...RETRY }

/** Of a field of a policy, by its path. `undefined` where it has none. */
export function builtIn(path: readonly string[]): unknown {
  for (let from = 0; from < path.length; from++) {
    const words = WORDS[path.slice(from).join('.')]
    if (words) return words.default
  }
  return undefined
}
