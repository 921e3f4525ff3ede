/** Events: who gets the events of which type, and which subscriptions the mesh does not understand. */
import { useState } from 'preact/hooks'
import type { AdminClient, RecordView } from '../../admin/client.ts'
import { everyPage } from '../live/every-page.ts'
import { usePulse } from '../live/pulse.ts'
import { type SubscriberRow, type TypeRow, typeRows, typesAmong } from '../model/subscription-rows.ts'
import { Answer, Empty } from '../parts/state.tsx'
import { State, To, Wide } from '../parts/words.tsx'
import { Wrong } from './events/wrong.tsx'

const EVERY_MS = 10_000
/** Types that are drawn at once. */
const MOST = 200

export function Events({ client }: { readonly client: AdminClient }) {
  const records = usePulse(
    'subscriptions',
    () => everyPage((cursor) => client.list({ prefix: 'events/', limit: 1_000, ...cursor })),
    EVERY_MS,
  )
  return (
    <>
      <div class="title">
        <h1>Events</h1>
      </div>
      <p class="lead">
        Who gets the events of which type. <code>.*</code> is for all types beneath; of two subscriptions with one id
        that of the more specific type counts.
      </p>
      <Answer of={records} what="subscriptions">
        {(all) =>
          all.length === 0 ? (
            <Empty title="Nobody has subscribed to events.">
              Subscriptions are a record under <code>events/</code> and an event type:{' '}
              <code>selvedge apply -f records.yaml</code>.
            </Empty>
          ) : (
            <List client={client} records={all} />
          )
        }
      </Answer>
    </>
  )
}

function List({ client, records }: { readonly client: AdminClient; readonly records: readonly RecordView[] }) {
  const [typed, setTyped] = useState('')
  const rows = typesAmong(typeRows(records), typed)
  const shown = rows.slice(0, MOST)
  return (
    <>
      <div class="search">
        <input
          type="search"
          aria-label="Find a type, a subscriber or a sink"
          placeholder="Find a type, a subscriber or a sink"
          value={typed}
          onInput={({ currentTarget: { value } }) => setTyped(value)}
        />
        <span role="status">
          {shown.length} of {records.length} {records.length === 1 ? 'type' : 'types'}
        </span>
      </div>
      {shown.length === 0 ? (
        <Empty title={`Nothing matches “${typed}”.`} />
      ) : (
        <Wide label="Event types and who gets them">
          <table class="services events">
            <thead>
              <tr>
                {['Type', 'Subscriber', 'Sink', 'Wants', 'Not delivered'].map((label) => (
                  <th key={label} scope="col">
                    {label}
                  </th>
                ))}
              </tr>
            </thead>
            {shown.map((row) => (
              <OneType key={row.type} client={client} row={row} />
            ))}
          </table>
        </Wide>
      )}
    </>
  )
}

function OneType({ client, row }: { readonly client: AdminClient; readonly row: TypeRow }) {
  const { type, record, subscribers } = row
  const [first, ...others] = subscribers
  const { name, state } = record
  const isRefused = state === 'refused'
  return (
    <tbody>
      <tr class={isRefused ? 'bad' : undefined}>
        <th scope="rowgroup" rowSpan={Math.max(subscribers.length, 1)}>
          <To route={{ page: 'service', name }}>{type}</To>
          <small>
            <State state={state} />{' '}
            <To route={{ page: 'edit', name }}>
              Edit<span class="unseen"> {type}</span>
            </To>
          </small>
        </th>
        {first ? (
          <Subscriber row={first} />
        ) : (
          <td colSpan={4}>{isRefused ? <Wrong client={client} record={record} /> : 'Nobody: the list is empty.'}</td>
        )}
      </tr>
      {others.map((one) => (
        <tr key={one.id}>
          <Subscriber row={one} />
        </tr>
      ))}
    </tbody>
  )
}

function Subscriber({ row: { id, sink, service, wants } }: { readonly row: SubscriberRow }) {
  return (
    <>
      <td>{id}</td>
      <td>{service === undefined ? sink : <To route={{ page: 'service', name: service }}>{sink}</To>}</td>
      <td>{wants ?? 'every event'}</td>
      <td>{service !== undefined && <To route={{ page: 'dead', service }}>Dead letters of {service}</To>}</td>
    </>
  )
}
