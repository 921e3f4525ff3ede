/** What is wrong with subscriptions that the mesh does not understand. */
import type { AdminClient, RecordView } from '../../../admin/client.ts'
import { usePulse } from '../../live/pulse.ts'
import { issueWords } from '../../model/subscription-rows.ts'
import { Answer } from '../../parts/state.tsx'

/** Things that are told of one record. */
const MOST = 20

export function Wrong({ client, record }: { readonly client: AdminClient; readonly record: RecordView }) {
  const { name, revision } = record
  const asked = usePulse(`wrong ${name} ${revision}`, () => client.validate({ [name]: record.record }), 0)
  return (
    <>
      The mesh does not understand this record, and goes on with the last good one.
      <Answer of={asked} what="reasons">
        {({ issues }) => (
          <ul class="plain-list">
            {issues.slice(0, MOST).map((issue) => (
              <li key={issueWords(issue)}>{issueWords(issue)}</li>
            ))}
            {issues.length > MOST && <li>and {issues.length - MOST} more</li>}
          </ul>
        )}
      </Answer>
    </>
  )
}
