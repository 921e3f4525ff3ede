/** Who may call whom, and who did: allowed, denied, would be denied. */
import { useState } from 'preact/hooks'
import type { AdminClient, AuthzView } from '../../admin/client.ts'
import { usePulse } from '../live/pulse.ts'
import { count } from '../model/format.ts'
import { totalsOf, VERDICTS, type Verdict, verdictRows, verdictsAmong } from '../model/verdicts.ts'
import { Answer, Empty } from '../parts/state.tsx'
import { Figure } from '../parts/words.tsx'
import { Policies } from './access/policies.tsx'
import { Verdicts, WORDS } from './access/verdicts.tsx'

/** Every record is read for it. */
const EVERY_MS = 15_000

const WINDOWS = [
  ['1h', 'the last hour'],
  ['24h', 'the last day'],
  ['168h', 'the last week'],
] as const

export function Access({ client }: { readonly client: AdminClient }) {
  const [window, setWindow] = useState<string>('1h')
  const told = usePulse(`authz ${window}`, () => client.authz({ window }), EVERY_MS)
  return (
    <>
      <div class="title">
        <h1>Access</h1>
      </div>
      <p class="lead">Who may call whom by the records, and who did.</p>
      <div class="search">
        <label>
          Calls of{' '}
          <select value={window} onChange={({ currentTarget: { value } }) => setWindow(value)}>
            {WINDOWS.map(([value, label]) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </select>
        </label>
      </div>
      <Answer of={told} what="verdicts">
        {(value) => (
          <>
            <Calls told={value} />
            <Policies policies={value.policies} open={value.open} />
          </>
        )}
      </Answer>
    </>
  )
}

function Calls({ told: { items, isolates } }: { readonly told: AuthzView }) {
  const [verdict, setVerdict] = useState<Verdict>()
  const [typed, setTyped] = useState('')
  if (isolates === null)
    return (
      <Empty title="No numbers: STATS_OBJECT is not bound.">
        What records say is shown all the same. Bind the object in both Workers to see who calls.
      </Empty>
    )
  const rows = verdictRows(items)
  const totals = totalsOf(rows)
  const shown = verdictsAmong(rows, verdict, typed)
  return (
    <>
      <dl class="figures">
        <Figure label="Allowed by a rule" value={count(totals.allowed)} />
        <Figure label="Denied" value={count(totals.denied)} health={totals.denied > 0 ? 'bad' : 'good'} />
        <Figure
          label="Would be denied"
          value={count(totals['would-deny'])}
          note="by records in audit"
          health={totals['would-deny'] > 0 ? 'poor' : 'good'}
        />
        <Figure label="Nobody was asked" value={count(totals.unasked)} />
      </dl>
      <div class="search">
        <input
          type="search"
          aria-label="Find a caller, a service or a rule"
          placeholder="Find a caller, a service or a rule"
          value={typed}
          onInput={({ currentTarget: { value } }) => setTyped(value)}
        />
        <label>
          Show{' '}
          <select
            value={verdict ?? ''}
            onChange={({ currentTarget: { value } }) => setVerdict(VERDICTS.find((one) => one === value))}
          >
            <option value="">everything</option>
            {VERDICTS.map((one) => (
              <option key={one} value={one}>
                {WORDS[one].word}
              </option>
            ))}
          </select>
        </label>
        <span role="status">
          {shown.length} of {rows.length}
        </span>
      </div>
      {rows.length === 0 ? <Empty title="Nobody has called." /> : <Verdicts rows={shown} />}
    </>
  )
}
