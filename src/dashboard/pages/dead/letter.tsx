/** One dead letter, and what it holds when one opens it. */
import { useState } from 'preact/hooks'
import type { AdminClient, LetterView } from '../../../admin/client.ts'
import { usePulse } from '../../live/pulse.ts'
import { Answer, Empty } from '../../parts/state.tsx'
import { Ago } from '../../parts/words.tsx'

interface Props {
  readonly client: AdminClient
  readonly letter: LetterView
  readonly redrive: () => Promise<void>
}

export function Letter({ client, letter, redrive }: Props) {
  const [isOpen, setOpen] = useState(false)
  const [isBusy, setBusy] = useState(false)
  const { id, messageId, queue, subject, to, reason, detail, attempts, times, redriven, lastAt, status } = letter
  const named = `${messageId} for ${to ?? subject ?? 'nobody'}`
  const send = async () => {
    setBusy(true)
    await redrive()
    setBusy(false)
  }
  return (
    <>
      <tr>
        <th scope="row">
          {to ?? subject ?? 'nobody'}
          <small>
            <code>{messageId}</code>
          </small>
        </th>
        <td>
          {reason}
          <small>{detail}</small>
        </td>
        <td>
          {queue}
          <small>
            {attempts} {attempts === 1 ? 'delivery' : 'deliveries'}
          </small>
        </td>
        <td>
          <Ago at={lastAt} />
          {times > 1 && <small>{times} times</small>}
          {redriven > 0 && <small>redriven {redriven === 1 ? 'once' : `${redriven} times`}</small>}
          {status === 'sending' && <small>being redriven</small>}
        </td>
        <td class="acts">
          <button type="button" disabled={isBusy} aria-label={`Redrive ${named}`} onClick={() => void send()}>
            Redrive
          </button>{' '}
          <button
            type="button"
            class="quiet"
            aria-expanded={isOpen}
            aria-label={`Show ${named}`}
            onClick={() => setOpen(!isOpen)}
          >
            Show
          </button>
        </td>
      </tr>
      {isOpen && (
        <tr>
          <td colSpan={5}>
            <Whole client={client} id={id} />
          </td>
        </tr>
      )}
    </>
  )
}

function Whole({ client, id }: { readonly client: AdminClient; readonly id: string }) {
  const whole = usePulse(`dead letter ${id}`, async () => (await client.deadLetter(id)) ?? null, 0)
  return (
    <Answer of={whole} what="letters">
      {(letter) =>
        letter === null ? (
          <Empty title="It is gone." />
        ) : (
          <>
            {letter.answer && (
              <p>
                It was answered {letter.answer.status}: <q>{letter.answer.body}</q>
              </p>
            )}
            <pre>{JSON.stringify(letter.message, null, 2)}</pre>
          </>
        )
      }
    </Answer>
  )
}
