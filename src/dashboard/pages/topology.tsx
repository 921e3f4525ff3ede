/** Who calls whom: calls of the last minutes, and what records refer to, as a graph and as a list. */
import { memo } from 'preact/compat'
import { useEffect, useMemo, useState } from 'preact/hooks'
import type { AdminClient, EdgeView, RecordView } from '../../admin/client.ts'
import type { Layout } from '../chunks/layout.ts'
import { everyPage } from '../live/every-page.ts'
import { layOut } from '../live/layout.ts'
import { usePulse } from '../live/pulse.ts'
import { rate } from '../model/format.ts'
import { around, failing, type Graph, graphOf, shapeOf } from '../model/graph.ts'
import { UNKNOWN } from '../model/service-rows.ts'
import { counted, NoNumbers, NumberHead } from '../parts/numbers.tsx'
import { Answer, Empty, Stale } from '../parts/state.tsx'
import { HealthMark, Panel, To, Wide } from '../parts/words.tsx'
import { Drawing, NODE_HEIGHT, nodeWidth } from './topology/drawing.tsx'

const EVERY_MS = 10_000

export function Topology({ client }: { readonly client: AdminClient }) {
  const records = usePulse('records', () => everyPage((cursor) => client.list({ limit: 1_000, ...cursor })), EVERY_MS)
  const edges = usePulse('edges', () => counted(client.edges('5m')), EVERY_MS)
  // Drawn without calls, it would be laid out twice.
  const isAsked = edges.value === undefined && edges.error === undefined
  return (
    <>
      <div class="title">
        <h1>Topology</h1>
      </div>
      <p class="lead">Calls of the last five minutes. Dashed: a record refers to the other, and nobody called.</p>
      <NoNumbers of={edges} />
      {edges.error !== undefined && edges.value !== null && <Stale of={edges} what="calls" />}
      <Answer of={records} what="services">
        {(all) => (isAsked ? null : <Whole records={all} edges={edges.value?.items ?? NONE} />)}
      </Answer>
    </>
  )
}

const NONE: readonly EdgeView[] = []

interface WholeProps {
  readonly records: readonly RecordView[]
  readonly edges: readonly EdgeView[]
}

function Whole({ records, edges }: WholeProps) {
  const graph = useMemo(() => graphOf(records, edges), [records, edges])
  if (graph.nodes.length === 0) return <Empty title="No services yet, so nobody calls." />
  return <Shown graph={graph} />
}

/** `name:` and a name: what is around it. */
type View = 'all' | 'failing' | `name:${string}`

/** A graph of more links says little as a whole: at first it shows what fails. */
const LARGE = 300

function Shown({ graph: whole }: { readonly graph: Graph }) {
  const [chosen, setChosen] = useState<View>()
  const [isLarge] = useState(whole.links.length > LARGE)
  const view = chosen ?? (isLarge ? 'failing' : 'all')
  const graph = useMemo(() => seen(whole, view), [whole, view])
  const [laid, setLaid] = useState<{ readonly shape: string; readonly graph: Graph; readonly layout: Layout }>()
  const [fault, setFault] = useState<string>()
  const shape = useMemo(() => shapeOf(graph), [graph])
  useEffect(() => {
    const nodes = graph.nodes.map(({ id }) => ({ id, width: nodeWidth(id), height: NODE_HEIGHT }))
    const laying = layOut({ nodes, links: graph.links.map(({ from, to }) => ({ from, to })) })
    laying.laid.then(
      (layout) => setLaid({ shape, graph, layout }),
      (error: unknown) => setFault(String(error)),
    )
    return () => laying.stop()
  }, [shape])
  const isLaid = laid?.shape === shape
  return (
    <>
      <div class="search">
        <Choice view={view} names={whole.nodes} choose={setChosen} />
        <span role="status">
          {graph.nodes.length} nodes, {graph.links.length} links
          {graph !== whole && ` of ${whole.nodes.length} and ${whole.links.length}`}
          {!isLaid && laid !== undefined && graph.nodes.length > 0 && '; they are being laid out anew'}
        </span>
      </div>
      {fault !== undefined && <p class="fault">{fault}</p>}
      {graph.nodes.length === 0 ? (
        <Empty title="Nothing fails.">Choose a service, or all of them, to see who calls whom.</Empty>
      ) : laid ? (
        // Until a new one is laid out, the last one stands.
        <Sized key={laid.shape} graph={isLaid ? graph : laid.graph} layout={laid.layout} />
      ) : (
        <p class="notice loading" role="status">
          <span class="spinner" aria-hidden="true" />
          Laying out {graph.nodes.length} nodes …
        </p>
      )}
      <Links graph={graph} />
    </>
  )
}

/** A drawing of more pixels has a window of its own, and sizes to choose from. */
const MOST_WIDTH = 3_000
const MOST_HEIGHT = 1_800
/** What a page has room for. */
const PAGE_HEIGHT = 600

type Size = 'whole' | 'half' | 'full'

interface SizedProps {
  readonly graph: Graph
  readonly layout: Layout
}

function Sized({ graph, layout }: SizedProps) {
  const [size, setSize] = useState<Size>('full')
  const { width, height } = layout
  if (width <= MOST_WIDTH && height <= MOST_HEIGHT)
    return (
      <Wide label="The graph">
        <Drawing graph={graph} layout={layout} scale={1} />
      </Wide>
    )
  const whole = Math.min(0.5, (document.body.clientWidth - 60) / width, PAGE_HEIGHT / height)
  const scale = { whole, half: 0.5, full: 1 }[size]
  return (
    <>
      <div class="search">
        <label>
          Size{' '}
          <select value={size} onChange={({ currentTarget: { value } }) => setSize(value as Size)}>
            <option value="whole">the whole, as a map</option>
            <option value="half">half</option>
            <option value="full">full</option>
          </select>
        </label>
      </div>
      <div class="own-window">
        <Wide label="The graph">
          <Drawing graph={graph} layout={layout} scale={scale} />
        </Wide>
      </div>
    </>
  )
}

function seen(whole: Graph, view: View): Graph {
  if (view === 'all') return whole
  return view === 'failing' ? failing(whole) : around(whole, view.slice('name:'.length))
}

interface ChoiceProps {
  readonly view: View
  readonly names: Graph['nodes']
  readonly choose: (view: View) => void
}

/** Hundreds of names are not told anew with each number. */
const Choice = memo(
  function Choice({ view, names, choose }: ChoiceProps) {
    return (
      <label>
        Show{' '}
        <select value={view} onChange={({ currentTarget: { value } }) => choose(value as View)}>
          <option value="all">all services</option>
          <option value="failing">what fails, and what is around it</option>
          {names.map(({ id }) => (
            <option key={id} value={`name:${id}`}>
              around {id}
            </option>
          ))}
        </select>
      </label>
    )
  },
  (one, other) =>
    one.view === other.view &&
    one.names.length === other.names.length &&
    one.names.every(({ id }, at) => id === other.names[at]?.id),
)

/** Links that are told at once: the busiest. */
const MOST = 100

function Links({ graph: { links } }: { readonly graph: Graph }) {
  const busiest = [...links].sort((one, other) => other.rps - one.rps).slice(0, MOST)
  if (busiest.length === 0) return null
  return (
    <Panel title="The same as a list" note={links.length > MOST ? `the busiest ${MOST} of ${links.length}` : undefined}>
      <Wide label="Who calls whom">
        <table>
          <thead>
            <tr>
              <th scope="col">Caller</th>
              <th scope="col">Service</th>
              <NumberHead>Requests/s</NumberHead>
            </tr>
          </thead>
          <tbody>
            {busiest.map(({ from, to, kind, rps, health }) => (
              <tr key={`${from} ${to} ${kind}`}>
                <th scope="row">{from}</th>
                <td>
                  <HealthMark health={health} />{' '}
                  {to === UNKNOWN ? <em>{to}</em> : <To route={{ page: 'service', name: to }}>{to}</To>}
                </td>
                <td class="number">{kind === 'refers' ? 'refers to it' : rate(rps)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Wide>
    </Panel>
  )
}
