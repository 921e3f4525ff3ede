/** What an editor tells of each field while a record is written, gathered from where the fields are. No Worker carries it. */
import type { WordsByPath } from '../../src/schema/words.ts'
import { wordsBeneath } from './words-beneath.ts'

export const WORDS: WordsByPath = {
  ...(await wordsBeneath('src/record')),
  ...(await wordsBeneath('src/features')),
  ...(await wordsBeneath('src/targets')),
}
