/** What an editor tells of the id token of Google. */
import type { WordsByPath } from '../../schema/words.ts'

export const WORDS: WordsByPath = {
  'credentials{google-id-token}': { description: 'An id token of a service account: Cloud Run, Cloud Functions.' },
  'credentials.audience': { description: 'For whom the id token is. Left out, the origin of the address.' },
}
