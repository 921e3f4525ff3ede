/** Sagas: which stand still, and what they are to do. */
import { useState } from 'preact/hooks'
import type { AdminClient, SagaState, SagaView } from '../../admin/client.ts'
import { type Pulse, usePulse } from '../live/pulse.ts'
import { told } from '../live/session.ts'
import { sagaRows } from '../model/saga-rows.ts'
import { counted } from '../parts/numbers.tsx'
import { Answer, Empty } from '../parts/state.tsx'
import { Ago, Wide } from '../parts/words.tsx'

const EVERY_MS = 5_000
const MOST = 200

/** `null`: nobody lists sagas in this installation. */
async function listed(client: AdminClient): Promise<SagaView[] | null> {
  const pages = await counted(
    Promise.all([client.sagas({ limit: MOST }), client.sagas({ limit: MOST, state: 'parked' })]),
  )
  return pages && sagaRows(...pages.map(({ items }) => items))
}

export function Sagas({ client }: { readonly client: AdminClient }) {
  const sagas = usePulse('sagas', () => listed(client), EVERY_MS)
  return (
    <>
      <div class="title">
        <h1>Sagas</h1>
      </div>
      <p class="lead">Those that wait for somebody come first, then the newest {MOST}.</p>
      <Answer of={sagas} what="sagas">
        {(rows) =>
          rows === null ? (
            <Empty title="No list: SAGAS_OBJECT is not bound.">
              Sagas run all the same. Bind the object in the control plane, and in the Worker with the sagas, to see
              them.
            </Empty>
          ) : rows.length === 0 ? (
            <Empty title="No sagas yet.">
              A saga is started by a call: <code>POST http://place-order/</code>.
            </Empty>
          ) : (
            <List client={client} rows={rows} of={sagas} />
          )
        }
      </Answer>
    </>
  )
}

interface ListProps {
  readonly client: AdminClient
  readonly rows: readonly SagaView[]
  readonly of: Pulse<unknown>
}

function List({ client, rows, of }: ListProps) {
  const [failure, setFailure] = useState<unknown>()
  const act = async (work: Promise<unknown>) => {
    try {
      await work
      setFailure(undefined)
    } catch (error) {
      setFailure(error)
    }
    of.again()
  }
  return (
    <>
      {failure !== undefined && (
        <p class="notice unreachable" role="alert">
          <strong>It was not done.</strong> <span>{told(failure)}</span>
        </p>
      )}
      <Wide label="Sagas and where each stands">
        <table class="services sagas">
          <thead>
            <tr>
              {['Saga', 'State', 'At', 'Because', 'Started', 'What to do'].map((label) => (
                <th key={label} scope="col">
                  {label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((saga) => (
              <Row key={saga.id} saga={saga} client={client} act={act} />
            ))}
          </tbody>
        </table>
      </Wide>
    </>
  )
}

const MARKS: Record<SagaState, { readonly mark: string; readonly class: string; readonly word: string }> = {
  parked: { mark: '■', class: 'refused', word: 'parked' },
  late: { mark: '▲', class: 'drifted', word: 'late' },
  running: { mark: '◐', class: 'publishing', word: 'running' },
  compensation_incomplete: { mark: '▲', class: 'drifted', word: 'undone in part' },
  failed: { mark: '■', class: 'refused', word: 'failed' },
  compensated: { mark: '○', class: '', word: 'undone' },
  completed: { mark: '●', class: 'published', word: 'completed' },
}

interface RowProps {
  readonly saga: SagaView
  readonly client: AdminClient
  readonly act: (work: Promise<unknown>) => Promise<void>
}

function Row({
  saga: { id, saga, version, state, step, because, startedAt, endedAt, cancelledBy, decided },
  client,
  act,
}: RowProps) {
  const { mark, class: className, word } = MARKS[state]
  const named = `${saga} ${id}`
  return (
    <tr class={state === 'parked' ? 'bad' : undefined}>
      <th scope="row">
        {saga} <span class="quiet-text">v{version}</span>
        <br />
        <code title={id}>{id.slice(0, 12)}</code>
      </th>
      <td>
        <span class={`state ${className}`}>
          <span aria-hidden="true">{mark}</span> {word}
        </span>
      </td>
      <td>{endedAt === null ? step : <Ago at={endedAt} />}</td>
      <td>
        {because}
        {cancelledBy !== null && endedAt === null && <em> called off by {cancelledBy}</em>}
        {decided !== null && <span class="quiet-text"> {decided}</span>}
      </td>
      <td>
        <Ago at={startedAt} />
      </td>
      <td class="acts">
        {state === 'parked' && (
          <>
            <button
              type="button"
              aria-label={`Retry ${named}`}
              onClick={() => void act(client.decideSaga(id, 'retry'))}
            >
              Retry
            </button>{' '}
            <button
              type="button"
              aria-label={`Skip ${step} of ${named}`}
              onClick={() => void act(client.decideSaga(id, 'skip'))}
            >
              Skip
            </button>
          </>
        )}
        {endedAt === null && state !== 'parked' && cancelledBy === null && (
          <button type="button" aria-label={`Cancel ${named}`} onClick={() => void act(client.cancelSaga(id))}>
            Cancel
          </button>
        )}
      </td>
    </tr>
  )
}
