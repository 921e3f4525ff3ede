/** The revisions of a service: what each changed, and the way back. */
import { useState } from 'preact/hooks'
import { type AdminClient, AdminError, type RevisionView } from '../../../admin/client.ts'
import { told } from '../../live/session.ts'
import { DifferenceOf } from '../../parts/difference.tsx'
import { Ago, Panel } from '../../parts/words.tsx'

interface Props {
  readonly client: AdminClient
  readonly name: string
  readonly revisions: readonly RevisionView[]
  readonly again: () => void
}

export function History({ client, name, revisions, again }: Props) {
  const [open, setOpen] = useState<number>()
  const [said, setSaid] = useState<string>()
  const newest = revisions[0]
  return (
    <Panel title="History" note={`${revisions.length} ${revisions.length === 1 ? 'revision' : 'revisions'}`}>
      <p class="quiet-text" role="status">
        {said}
      </p>
      <ol class="revisions">
        {revisions.map((one, at) => (
          <li key={one.revision}>
            <button
              type="button"
              class="revision"
              aria-expanded={open === one.revision}
              onClick={() => setOpen(open === one.revision ? undefined : one.revision)}
            >
              <span class="mark-label">r{one.revision}</span>
              <span class="grow">
                {one.message === '' ? <em>{one.record === null ? 'deleted' : 'no message'}</em> : one.message}
              </span>
              <span class="by">
                {one.author ?? 'somebody'}, {one.origin}, <Ago at={one.at} />
              </span>
            </button>
            {open === one.revision && (
              <div class="revision-body">
                <DifferenceOf
                  label={`What revision ${one.revision} changed`}
                  before={revisions[at + 1]?.record}
                  after={one.record}
                />
                {newest && one !== newest && one.record !== null && (
                  <BackTo
                    client={client}
                    name={name}
                    to={one}
                    newest={newest}
                    done={(text) => {
                      setSaid(text)
                      setOpen(undefined)
                      again()
                    }}
                  />
                )}
              </div>
            )}
          </li>
        ))}
      </ol>
    </Panel>
  )
}

interface BackProps {
  readonly client: AdminClient
  readonly name: string
  readonly to: RevisionView
  readonly newest: RevisionView
  readonly done: (text: string) => void
}

function BackTo({ client, name, to, newest, done }: BackProps) {
  const [isAsked, setAsked] = useState(false)
  const [fault, setFault] = useState<string>()
  const [isBusy, setBusy] = useState(false)

  async function back() {
    setBusy(true)
    try {
      const { revision } = await client.rollback(name, to.revision, {
        ifMatch: newest.revision,
        message: `Back to revision ${to.revision}`,
      })
      done(`${name} is as it was in revision ${to.revision}: that is revision ${revision}.`)
    } catch (error) {
      setFault(
        error instanceof AdminError && error.status === 412
          ? 'Somebody changed it meanwhile. Look at the newest revision first.'
          : told(error),
      )
      setBusy(false)
    }
  }

  if (!isAsked)
    return (
      <button type="button" onClick={() => setAsked(true)}>
        Roll back to r{to.revision} …
      </button>
    )
  return (
    <div class="confirm">
      <h3>
        What a rollback from r{newest.revision} to r{to.revision} changes
      </h3>
      <DifferenceOf label="What the rollback changes" before={newest.record} after={to.record} />
      {fault !== undefined && (
        <p class="fault" role="alert">
          {fault}
        </p>
      )}
      <div class="buttons">
        <button type="button" class="main" disabled={isBusy} onClick={() => void back()}>
          {isBusy ? 'Rolling back …' : `Roll back to r${to.revision}`}
        </button>
        <button type="button" class="quiet" onClick={() => setAsked(false)}>
          Leave it
        </button>
      </div>
    </div>
  )
}
