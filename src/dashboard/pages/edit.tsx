/** Where a record is written: validated as one types, looked at before it is saved, and never over what somebody else has saved. */
import { useState } from 'preact/hooks'
import type { AdminClient } from '../../admin/client.ts'
import { drafts, drop } from '../live/drafts.ts'
import { go } from '../live/place.ts'
import { usePulse } from '../live/pulse.ts'
import { isOfEvents } from '../model/subscription-rows.ts'
import { Answer } from '../parts/state.tsx'
import { To } from '../parts/words.tsx'
import { Draft } from './edit/draft.tsx'

interface Props {
  readonly client: AdminClient
  /** Left out: a new record, whose name is asked for. */
  readonly name?: string
}

export function Edit({ client, name }: Props) {
  return name === undefined ? <NewName /> : <Existing client={client} name={name} />
}

function NewName() {
  const [name, setName] = useState('')
  return (
    <>
      <div class="title">
        <h1>New record</h1>
      </div>
      <form
        class="new-name"
        onSubmit={(event) => {
          event.preventDefault()
          go({ page: 'edit', name: name.trim() })
        }}
      >
        <label>
          Name of the service
          <input
            required
            value={name}
            placeholder="users"
            pattern="[a-z0-9*@._\-]+"
            aria-describedby="name-help"
            onInput={(event) => setName(event.currentTarget.value)}
          />
        </label>
        <p class="help" id="name-help">
          A DNS name in lower case, as <code>users</code> or <code>users.shop</code>; <code>*.shop</code> answers for
          all beneath.
        </p>
        <button type="submit" class="main">
          Go on
        </button>
      </form>
    </>
  )
}

function Existing({ client, name }: { readonly client: AdminClient; readonly name: string }) {
  // Once: what is written over is what one saw.
  const record = usePulse(`record ${name}`, async () => (await client.get(name)) ?? null, 0)
  // As it was when one came here: what is typed now is no news.
  const [kept] = useState(drafts.peek()[name])
  return (
    <>
      <nav class="crumbs" aria-label="Where this is">
        {isOfEvents(name) ? <To route={{ page: 'events' }}>Events</To> : <To route={{ page: 'services' }}>Services</To>}{' '}
        <span aria-hidden="true">›</span> <To route={{ page: 'service', name }}>{name}</To>{' '}
        <span aria-hidden="true">›</span>
      </nav>
      <div class="title">
        <h1>
          {record.value === null ? 'Write' : 'Edit'} {name}
        </h1>
      </div>
      <Answer of={record} what="records">
        {(base) => (
          <Draft
            key={base?.revision ?? 0}
            client={client}
            name={name}
            base={kept ? kept.base : base}
            text={kept?.text}
            saved={() => {
              drop(name)
              go({ page: 'service', name })
            }}
          />
        )}
      </Answer>
    </>
  )
}
