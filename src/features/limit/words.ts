/** What an editor tells of `limits`. */
import type { WordsByPath } from '../../schema/words.ts'

export const WORDS: WordsByPath = {
  limits: { description: 'How much may be under way at once.' },
  'limits.maxInFlight': {
    description: 'Requests in flight to one endpoint, from one isolate: 1 to 10,000. Beyond it calls are refused.',
    default: 64,
  },
}
