/** What an editor tells of RequestMirror. */
import type { WordsByPath } from '../../schema/words.ts'

export const WORDS: WordsByPath = {
  'filters[]{RequestMirror}': { description: 'Sends a copy elsewhere, whose answer nobody waits for.' },
  requestMirror: { description: 'Where copies go, and how many.' },
  'requestMirror.backendRef': { description: 'The service that gets the copies.' },
  'requestMirror.percent': { description: 'Of a hundred requests so many are copied: 0 to 100.', default: 100 },
  'requestMirror.fraction': { description: 'The same more exactly. Not beside percent.' },
  'fraction.numerator': { description: 'So many: 0 to 2,147,483,647.' },
  'fraction.denominator': { description: 'Of so many: 1 to 2,147,483,647.', default: 100 },
}
