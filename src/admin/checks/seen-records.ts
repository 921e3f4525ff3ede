/** Records as checks see them: parsed, or with all that is wrong with them. */
import { MeshError } from '../../core/errors.ts'
import { recordChecker, recordParser } from '../../record/parse.ts'
import type { SeenRecord } from './seen.ts'

/** @param texts by name, as they stand in KV. */
export function seenRecords(texts: Iterable<readonly [name: string, text: string]>): Map<string, SeenRecord> {
  const parse = recordParser()
  const issuesOf = recordChecker()
  return new Map(
    Array.from(texts, ([name, text]): [string, SeenRecord] => {
      try {
        return [name, { text, parsed: parse(text), issues: [] }]
      } catch (error) {
        if (!(error instanceof MeshError)) throw error
        const issues = issuesIn(text, issuesOf)
        return [
          name,
          { text, parsed: undefined, issues: issues.length > 0 ? issues : [{ path: [], message: error.message }] },
        ]
      }
    }),
  )
}

function issuesIn(text: string, issuesOf: ReturnType<typeof recordChecker>): SeenRecord['issues'] {
  try {
    return text.trim().startsWith('{') ? issuesOf(JSON.parse(text)) : []
  } catch {
    // No JSON: the message of the parser says so.
    return []
  }
}
