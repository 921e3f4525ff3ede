/** What an editor tells of `hedge`. */
import { DURATION } from '../../schema/duration-words.ts'
import type { WordsByPath } from '../../schema/words.ts'

export const WORDS: WordsByPath = {
  hedge: { description: 'Sends a slow call a second time, elsewhere; the first answer counts. {} is enough.' },
  'hedge.delay': { description: 'How long the first attempt is waited for.', default: 'p95' },
  'delay{p95}': { description: 'What 95 of 100 first attempts took lately.' },
  'delay{string}': { description: `1ms to 1h. ${DURATION}` },
  'hedge.maxExtraLoad': {
    description: 'Hedges as a percentage of the calls: 0 to 100. 0 switches it off.',
    default: 5,
  },
}
