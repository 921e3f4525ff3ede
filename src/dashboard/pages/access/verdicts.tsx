/** Who called whom, and what came of it. */
import { count } from '../../model/format.ts'
import type { Verdict, VerdictRow } from '../../model/verdicts.ts'
import { NumberHead } from '../../parts/numbers.tsx'
import { Empty } from '../../parts/state.tsx'
import { Panel, To, Wide } from '../../parts/words.tsx'

/** Marks differ by shape, too: not everyone tells these colours apart. */
export const WORDS: Record<Verdict, { readonly mark: string; readonly word: string; readonly health: string }> = {
  denied: { mark: '■', word: 'denied', health: 'bad' },
  'would-deny': { mark: '▲', word: 'would be denied', health: 'poor' },
  allowed: { mark: '●', word: 'allowed', health: 'good' },
  unasked: { mark: '○', word: 'nobody was asked', health: 'quiet' },
}

/** Rows that are drawn: what matters most comes first. */
const MOST = 200

export function Verdicts({ rows }: { readonly rows: readonly VerdictRow[] }) {
  if (rows.length === 0) return <Empty title="Nothing matches." />
  return (
    <Panel title="Who did" note={rows.length > MOST ? `the first ${MOST} of ${rows.length}` : undefined}>
      <Wide label="Who called whom">
        <table class="verdicts">
          <thead>
            <tr>
              <th scope="col">Caller</th>
              <th scope="col">Service</th>
              <th scope="col">What came of it</th>
              <th scope="col">Rule</th>
              <NumberHead>Requests</NumberHead>
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, MOST).map((row) => (
              <Row key={JSON.stringify([row.caller, row.service, row.by, row.rule, row.verdict])} row={row} />
            ))}
          </tbody>
        </table>
      </Wide>
    </Panel>
  )
}

function Row({ row: { caller, service, by, rule, verdict, requests } }: { readonly row: VerdictRow }) {
  const { mark, word, health } = WORDS[verdict]
  return (
    <tr>
      <th scope="row">{caller === '' ? <em>no name</em> : caller}</th>
      <td>
        <To route={{ page: 'service', name: service }}>{service}</To>
      </td>
      <td>
        <span class={`health ${health}`} aria-hidden="true">
          {mark}
        </span>{' '}
        {word}
      </td>
      <td>
        {rule ?? '–'}
        {by !== undefined && (
          <>
            {' '}
            of <To route={{ page: 'service', name: by }}>{by}</To>
          </>
        )}
      </td>
      <td class="number">{count(requests)}</td>
    </tr>
  )
}
