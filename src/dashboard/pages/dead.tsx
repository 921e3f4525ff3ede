/** Dead letters: messages that could not be delivered, why, and the way back. */
import { useState } from 'preact/hooks'
import type { AdminClient, LetterView } from '../../admin/client.ts'
import { type Pulse, usePulse } from '../live/pulse.ts'
import { told } from '../live/session.ts'
import { count } from '../model/format.ts'
import { lettersAmong, reasonsOf } from '../model/letter-rows.ts'
import { counted } from '../parts/numbers.tsx'
import { Answer, Empty } from '../parts/state.tsx'
import { Figure, To, Wide } from '../parts/words.tsx'
import { Letter } from './dead/letter.tsx'

const EVERY_MS = 10_000
const MOST = 200
/** Reasons that are counted at the top. */
const MOST_REASONS = 4

interface Props {
  readonly client: AdminClient
  /** Left out: letters of all services. */
  readonly service?: string | undefined
}

export function DeadLetters({ client, service }: Props) {
  const letters = usePulse(
    `dead letters ${service}`,
    () => counted(client.deadLetters({ limit: MOST, service })),
    EVERY_MS,
  )
  return (
    <>
      <div class="title">
        <h1>Dead letters</h1>
      </div>
      <p class="lead">
        Messages that queues brought and that could not be delivered, the newest {MOST}. Mend what refused them, then
        redrive them.
      </p>
      {service !== undefined && (
        <p>
          Of <strong>{service}</strong> alone. <To route={{ page: 'dead' }}>Show those of all services</To>
        </p>
      )}
      <Answer of={letters} what="dead letters">
        {(page) =>
          page === null ? (
            <Empty title="None are kept here: DEAD_LETTERS is not bound.">
              Bind the object in the control plane, and in the Worker that delivers, to see what could not be.
            </Empty>
          ) : page.items.length === 0 ? (
            <Empty title={service === undefined ? 'No dead letter waits.' : `No dead letter of ${service} waits.`}>
              What could not be delivered, and why, stands here.
            </Empty>
          ) : (
            <List client={client} letters={page.items} of={letters} />
          )
        }
      </Answer>
    </>
  )
}

interface ListProps {
  readonly client: AdminClient
  readonly letters: readonly LetterView[]
  readonly of: Pulse<unknown>
}

function List({ client, letters, of }: ListProps) {
  const [typed, setTyped] = useState('')
  const [done, setDone] = useState<string>()
  const [failure, setFailure] = useState<unknown>()
  const shown = lettersAmong(letters, typed)
  const redrive = async ({ id, to }: LetterView) => {
    setDone(undefined)
    setFailure(undefined)
    try {
      const { binding } = await client.redrive(id)
      setDone(`The message for ${to ?? 'nobody'} is in ${binding} again.`)
    } catch (error) {
      setFailure(error)
    }
    of.again()
  }
  return (
    <>
      <dl class="figures">
        {reasonsOf(letters)
          .slice(0, MOST_REASONS)
          .map(([reason, many]) => (
            <Figure key={reason} label={reason} value={count(many)} />
          ))}
      </dl>
      <div class="search">
        <input
          type="search"
          aria-label="Find a service, a queue, a reason or an id"
          placeholder="Find a service, a queue, a reason or an id"
          value={typed}
          onInput={({ currentTarget: { value } }) => setTyped(value)}
        />
        <span role="status">{done ?? `${shown.length} of ${letters.length}`}</span>
      </div>
      {failure !== undefined && (
        <p class="notice unreachable" role="alert">
          <strong>It was not redriven.</strong> <span>{told(failure)}</span>
        </p>
      )}
      {shown.length === 0 ? (
        <Empty title="Nothing matches." />
      ) : (
        <Wide label="Dead letters and why they died">
          <table class="services dead">
            <thead>
              <tr>
                {['For', 'Because', 'Queue', 'Died', 'What to do'].map((label) => (
                  <th key={label} scope="col">
                    {label}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {shown.map((letter) => (
                <Letter key={letter.id} client={client} letter={letter} redrive={() => redrive(letter)} />
              ))}
            </tbody>
          </table>
        </Wide>
      )}
    </>
  )
}
