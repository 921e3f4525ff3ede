/** The subscriptions of one event type: as they stand, and what they were. */
import type { AdminClient, RecordView } from '../../../admin/client.ts'
import { usePulse } from '../../live/pulse.ts'
import { typeOf } from '../../model/subscription-rows.ts'
import { written } from '../../model/written.ts'
import { Answer, Empty } from '../../parts/state.tsx'
import { Ago, Panel, State, To, Wide } from '../../parts/words.tsx'
import { History } from '../service/history.tsx'
import { Wrong } from './wrong.tsx'

const EVERY_MS = 5_000

interface Props {
  readonly client: AdminClient
  /** With `events/` in front. */
  readonly name: string
}

export function EventsRecord({ client, name }: Props) {
  const record = usePulse(`record ${name}`, async () => (await client.get(name)) ?? null, EVERY_MS)
  const history = usePulse(`history ${name}`, async () => (await client.history(name, { limit: 100 })).items, EVERY_MS)
  const again = () => {
    record.again()
    history.again()
  }
  return (
    <Answer of={record} what="records">
      {(view) => (
        <>
          <Head name={name} view={view} />
          {view?.state === 'refused' && (
            <Panel title="What is wrong">
              <Wrong client={client} record={view} />
            </Panel>
          )}
          {view && (
            <Panel title="Record" note="as it stands in KV">
              <Wide label="The record">
                <pre class="json">
                  <code>{written(view.record)}</code>
                </pre>
              </Wide>
            </Panel>
          )}
          <Answer of={history} what="revisions">
            {(revisions) => <History client={client} name={name} revisions={revisions} again={again} />}
          </Answer>
        </>
      )}
    </Answer>
  )
}

function Head({ name, view }: { readonly name: string; readonly view: RecordView | null }) {
  return (
    <>
      <nav class="crumbs" aria-label="Where this is">
        <To route={{ page: 'events' }}>Events</To> <span aria-hidden="true">›</span>
      </nav>
      <div class="title">
        <h1>{typeOf(name)}</h1>
        {view && <State state={view.state} />}
        <span class="grow" />
        <To class="button main" route={{ page: 'edit', name }}>
          {view ? 'Edit' : 'Write a record'}
        </To>
      </div>
      {view ? (
        <p class="lead">
          revision {view.revision}, <Ago at={view.at} /> by {view.author ?? 'somebody'}
          {view.message !== '' && <> · “{view.message}”</>}
        </p>
      ) : (
        <Empty title={`Nobody has subscribed to “${typeOf(name)}”.`}>
          The record may have been deleted: its history is below.
        </Empty>
      )}
    </>
  )
}
