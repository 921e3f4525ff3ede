/** Records and subscriptions as checks see them: parsed, or with all that is wrong with them. */
import { isOfEvents } from '../../record/events/event-key.ts'
import { subscriptionsParser } from '../../record/events/subscriptions.ts'
import { recordParser } from '../../record/parse.ts'
import { recordIssues, textIssues } from '../record-issues.ts'
import type { SeenRecord, SeenSubscriptions } from './seen.ts'

/** @param texts by name, as they stand in KV. */
export function seenRecords(texts: Iterable<readonly [name: string, text: string]>): Map<string, SeenRecord> {
  const parse = recordParser()
  return new Map(
    [...texts]
      .filter(([name]) => !isOfEvents(name))
      .map(([name, text]): [string, SeenRecord] => {
        try {
          return [name, { text, parsed: parse(text), issues: [] }]
        } catch {
          return [name, { text, parsed: undefined, issues: textIssues(text) }]
        }
      }),
  )
}

/** @param texts by key, those of services among them. */
export function seenSubscriptions(
  texts: Iterable<readonly [name: string, text: string]>,
): Map<string, SeenSubscriptions> {
  const parse = subscriptionsParser()
  return new Map(
    [...texts]
      .filter(([name]) => isOfEvents(name))
      .map(([name, text]): [string, SeenSubscriptions] => {
        const issues = recordIssues(name, text)
        return [name, { text, parsed: issues.length === 0 ? parse(text) : undefined, issues }]
      }),
  )
}
