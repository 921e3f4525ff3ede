/** A record that is being written. */
import { useEffect, useState } from 'preact/hooks'
import type { AdminClient, RevisionView, WrittenRecord } from '../../../admin/client.ts'
import { AdminError } from '../../../admin/client.ts'
import type { Fault } from '../../chunks/editor.ts'
import { after } from '../../clock.ts'
import { drop, type Draft as Kept, keep } from '../../live/drafts.ts'
import { told } from '../../live/session.ts'
import { placeOf } from '../../model/json-places.ts'
import { isOfEvents } from '../../model/subscription-rows.ts'
import { typedRecord, written } from '../../model/written.ts'
import { EditorOf } from '../../parts/editor.tsx'
import { Conflict } from './conflict.tsx'
import { Review } from './review.tsx'

interface Props {
  readonly client: AdminClient
  readonly name: string
  /** What one starts from; `null`: there is no record. */
  readonly base: Kept['base']
  /** What was written before, and is not saved. */
  readonly text: string | undefined
  readonly saved: () => void
}

const BEGINNING = '{\n  "endpoints": [\n    "https://users.example.com"\n  ]\n}'
const NOBODY_YET = '{\n  "subscriptions": [\n    { "id": "billing", "sink": "http://billing/events" }\n  ]\n}'
/** So long after the last key the record is validated. */
const PAUSE_MS = 350

export function Draft({ client, name, base: first, text: before, saved }: Props) {
  const [base, setBase] = useState(first)
  const [text, setText] = useState(before ?? (written(first?.record) || (isOfEvents(name) ? NOBODY_YET : BEGINNING)))
  const [step, setStep] = useState<'write' | 'review'>('write')
  const [message, setMessage] = useState('')
  const [conflict, setConflict] = useState<RevisionView | null>()
  const [fault, setFault] = useState<string>()
  const [isBusy, setBusy] = useState(false)
  const [beginnings, setBeginnings] = useState(0)
  const { faults, isChecking } = useFaults(client, name, text)

  const typed = typedRecord(text)
  const isChanged = text !== written(base?.record)
  const canReview = 'record' in typed && faults.length === 0 && !isChecking && (isChanged || base === null)

  function change(next: string) {
    setText(next)
    setFault(undefined)
    if (next === written(base?.record)) drop(name)
    else keep(name, { text: next, base })
  }
  async function save(record: WrittenRecord) {
    setBusy(true)
    setFault(undefined)
    try {
      const seen = base === null ? ({ ifNoneMatch: '*' } as const) : { ifMatch: base.revision }
      await client.put(name, record, { ...seen, ...(message === '' ? {} : { message }) })
      return saved()
    } catch (error) {
      if (error instanceof AdminError && error.status === 412) setConflict(error.problem.current ?? null)
      else setFault(told(error))
    }
    setBusy(false)
  }
  function goOn(current: RevisionView | null, next: string) {
    const seen = current && current.record !== null ? current : null
    setBase(seen)
    setText(next)
    keep(name, { text: next, base: seen })
    setConflict(undefined)
    setStep('write')
  }

  if (conflict !== undefined && 'record' in typed)
    return <Conflict name={name} base={base} current={conflict} mine={typed.record} text={text} goOn={goOn} />
  return (
    <>
      <div hidden={step !== 'write'}>
        {before !== undefined && beginnings === 0 && (
          <p class="notice stale">
            <span>This is what you had written and not saved.</span>
            <button
              type="button"
              onClick={() => {
                change(written(base?.record))
                setBeginnings(1)
              }}
            >
              Begin again from what is saved
            </button>
          </p>
        )}
        <EditorOf
          key={beginnings}
          label={`The record of ${name}, in JSON`}
          hasSchema={!isOfEvents(name)}
          text={text}
          faults={faults}
          changed={change}
          save={() => canReview && setStep('review')}
        />
        <Faults faults={faults} isChecking={isChecking} isChanged={isChanged} />
        <div class="buttons">
          <button type="button" class="main" disabled={!canReview} onClick={() => setStep('review')}>
            Look at the change
          </button>
          <span class="help">Completion: Ctrl-Space. Out of the editor: Escape, then Tab.</span>
        </div>
      </div>
      {step === 'review' && 'record' in typed && (
        <>
          <Review client={client} name={name} before={base?.record ?? null} after={typed.record} />
          <label class="message">
            Why? It stays in history.
            <input
              value={message}
              maxLength={200}
              placeholder="more retries while the bank is slow"
              onInput={(event) => setMessage(event.currentTarget.value)}
            />
          </label>
          {fault !== undefined && (
            <p class="fault" role="alert">
              {fault}
            </p>
          )}
          <div class="buttons">
            <button type="button" class="main" disabled={isBusy} onClick={() => void save(typed.record)}>
              {isBusy ? 'Saving …' : 'Save'}
            </button>
            <button type="button" onClick={() => setStep('write')}>
              Go on writing
            </button>
          </div>
        </>
      )}
    </>
  )
}

/** What is wrong with the text: as JSON at once, as a record when one stops typing. */
function useFaults(client: AdminClient, name: string, text: string) {
  const [known, setKnown] = useState<{ readonly text: string; readonly faults: readonly Fault[] }>({
    text: '',
    faults: [],
  })
  useEffect(() => {
    let isOver = false
    const typed = typedRecord(text)
    if ('fault' in typed) {
      setKnown({ text, faults: [{ from: typed.at, to: typed.at, message: typed.fault }] })
      return
    }
    const callOff = after(PAUSE_MS, () => {
      client.validate({ [name]: typed.record }).then(
        ({ issues }) => {
          const faults = issues.map(({ path, message }) => ({ ...placeOf(text, path), message }))
          if (!isOver) setKnown({ text, faults })
        },
        // Whoever cannot be asked now is asked again when it is saved.
        () => {
          if (!isOver) setKnown({ text, faults: [] })
        },
      )
    })
    return () => {
      isOver = true
      callOff()
    }
  }, [text])
  return { faults: known.faults, isChecking: known.text !== text }
}

interface FaultsProps {
  readonly faults: readonly Fault[]
  readonly isChecking: boolean
  readonly isChanged: boolean
}

function Faults({ faults, isChecking, isChanged }: FaultsProps) {
  const well = isChanged ? 'The mesh would understand this record.' : 'This is what is saved.'
  return (
    <div class={`faults-list ${faults.length > 0 ? 'bad' : 'good'}`} role="status">
      {faults.length === 0 && (isChecking ? 'Checking …' : well)}
      <ul>
        {faults.map(({ message, from }) => (
          <li key={`${from} ${message}`}>{message}</li>
        ))}
      </ul>
    </div>
  )
}
