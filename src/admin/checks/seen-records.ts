/** Records as checks see them: parsed, or with all that is wrong with them. */
import { recordParser } from '../../record/parse.ts'
import { textIssues } from '../record-issues.ts'
import type { SeenRecord } from './seen.ts'

/** @param texts by name, as they stand in KV. */
export function seenRecords(texts: Iterable<readonly [name: string, text: string]>): Map<string, SeenRecord> {
  const parse = recordParser()
  return new Map(
    Array.from(texts, ([name, text]): [string, SeenRecord] => {
      try {
        return [name, { text, parsed: parse(text), issues: [] }]
      } catch {
        return [name, { text, parsed: undefined, issues: textIssues(text) }]
      }
    }),
  )
}
