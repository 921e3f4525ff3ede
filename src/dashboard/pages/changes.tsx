/** What changed lately, across all services. */
import { useState } from 'preact/hooks'
import type { AdminClient, RevisionView } from '../../admin/client.ts'
import { usePulse } from '../live/pulse.ts'
import { type ChangeSet, changeSets } from '../model/change-sets.ts'
import { instant } from '../model/format.ts'
import { DifferenceOf } from '../parts/difference.tsx'
import { Answer, Empty } from '../parts/state.tsx'
import { Ago, To } from '../parts/words.tsx'

const EVERY_MS = 15_000
const MOST = 100

export function Changes({ client }: { readonly client: AdminClient }) {
  const changes = usePulse('changes', async () => (await client.changes({ limit: MOST })).items, EVERY_MS)
  return (
    <>
      <div class="title">
        <h1>Changes</h1>
      </div>
      <p class="lead">
        The newest {MOST}, of all names; of those that were deleted, too. Open one to see what it changed.
      </p>
      <Answer of={changes} what="changes">
        {(all) =>
          all.length === 0 ? (
            <Empty title="Nothing has changed yet." />
          ) : (
            <ol class="revisions log">
              {changeSets(all).map((set) => (
                <OneChange key={set.revision} client={client} set={set} />
              ))}
            </ol>
          )
        }
      </Answer>
    </>
  )
}

/** Names of one change that are told at once: an adoption may have thousands. */
const MOST_NAMES = 8

function OneChange({ client, set: { revision, parts } }: { readonly client: AdminClient; readonly set: ChangeSet }) {
  const [isOpen, setOpen] = useState(false)
  const [first] = parts
  if (!first) return null
  const names = parts.slice(0, MOST_NAMES)
  return (
    <li>
      <button type="button" class="revision" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        <span class="mark-label">r{revision}</span>
        <span class="names">
          {names.map(({ name }) => name).join(', ')}
          {parts.length > names.length && ` and ${parts.length - names.length} more`}
        </span>
        <span class="grow">
          {parts.every(({ record }) => record === null) && <strong>deleted </strong>}
          {first.message === '' ? <em>no message</em> : first.message}
        </span>
        <span class="by">
          {first.author ?? 'somebody'}, {first.origin}, <Ago at={first.at} />
        </span>
      </button>
      {isOpen && (
        <div class="revision-body">
          <p class="quiet-text">{instant(first.at)}</p>
          {names.map((part) => (
            <Part key={part.name} client={client} part={part} />
          ))}
        </div>
      )}
    </li>
  )
}

function Part({ client, part }: { readonly client: AdminClient; readonly part: RevisionView }) {
  const before = usePulse(
    `before ${part.name} ${part.revision}`,
    async () => (await client.history(part.name, { limit: 1, cursor: String(part.revision) })).items[0] ?? null,
    0,
  )
  return (
    <>
      <h3>
        <To route={{ page: 'service', name: part.name }}>{part.name}</To>
      </h3>
      <Answer of={before} what="revisions">
        {(older) => <DifferenceOf label={`What changed in ${part.name}`} before={older?.record} after={part.record} />}
      </Answer>
    </>
  )
}
