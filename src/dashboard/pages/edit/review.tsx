/** What saving would do: the difference, and what would become of requests that were served lately. */
import type { AdminClient, SimulationView, WrittenRecord } from '../../../admin/client.ts'
import { usePulse } from '../../live/pulse.ts'
import { count } from '../../model/format.ts'
import { DifferenceOf } from '../../parts/difference.tsx'
import { Answer } from '../../parts/state.tsx'
import { Figure, Panel } from '../../parts/words.tsx'

interface Props {
  readonly client: AdminClient
  readonly name: string
  readonly before: WrittenRecord | null
  readonly after: WrittenRecord
}

export function Review({ client, name, before, after }: Props) {
  const simulated = usePulse(`simulate ${name}`, () => client.simulate([{ name, record: after }]), 0)
  return (
    <>
      <Panel title="What you change">
        <DifferenceOf label="What you change" before={before} after={after} />
      </Panel>
      <Panel title="What it would do" note="to requests of the last 24 hours">
        <Answer of={simulated} what="simulations">
          {(view) => <Simulated view={view} />}
        </Answer>
      </Panel>
    </>
  )
}

function Simulated({ view }: { readonly view: SimulationView }) {
  if (view.recordedSince === null)
    return <p class="quiet-text">No requests are recorded here (MESH_SHAPES), so nothing can be said.</p>
  const { requests, moved, broken, mended, unknown, services } = view
  const moves = services.flatMap((one) => one.moves.map((move) => ({ ...move, name: one.name })))
  return (
    <>
      <dl class="figures small">
        <Figure label="Looked at" value={count(requests)} />
        <Figure label="Go elsewhere" value={count(moved)} />
        <Figure label="Would break" value={count(broken)} health={broken > 0 ? 'bad' : 'good'} />
        <Figure label="Would be mended" value={count(mended)} />
        <Figure label="Unknown" value={count(unknown)} />
      </dl>
      {moves.length === 0 && <p class="quiet-text">None of them would go elsewhere.</p>}
      <ul class="moves">
        {moves.slice(0, 20).map(({ kind, from, to, requests: n, percent, example, name }) => (
          <li key={`${name} ${kind} ${JSON.stringify(to)} ${JSON.stringify(from)}`} class={kind}>
            <strong>{kind}</strong> {count(n)} of {name} ({Math.round(percent)} %), as{' '}
            <code>
              {example.method} {example.path}
            </code>
            : from {spot(from)} to {spot(to)}
          </li>
        ))}
      </ul>
    </>
  )
}

type Spot = SimulationView['services'][number]['moves'][number]['to']

function spot({ error, answered, backend, endpoints }: Spot): string {
  if (error) return `${error.status} ${error.code}`
  if (answered) return `an answer of the mesh (${answered})`
  const where = endpoints.slice(0, 3).join(', ')
  return backend === undefined ? where || 'nowhere' : `${backend}${where === '' ? '' : ` (${where})`}`
}
