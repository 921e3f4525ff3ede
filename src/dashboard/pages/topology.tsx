/** Who calls whom: calls of the last minutes, and what records refer to, as a graph and as a list. */
import { useEffect, useState } from 'preact/hooks'
import type { AdminClient } from '../../admin/client.ts'
import type { Layout } from '../chunks/layout.ts'
import { everyPage } from '../live/every-page.ts'
import { layOut } from '../live/layout.ts'
import { usePulse } from '../live/pulse.ts'
import { rate } from '../model/format.ts'
import { around, type Graph, graphOf, shapeOf } from '../model/graph.ts'
import { UNKNOWN } from '../model/service-rows.ts'
import { counted, NoNumbers, NumberHead } from '../parts/numbers.tsx'
import { Answer, Empty } from '../parts/state.tsx'
import { HealthMark, Panel, To, Wide } from '../parts/words.tsx'
import { Drawing, NODE_HEIGHT, nodeWidth } from './topology/drawing.tsx'

const EVERY_MS = 10_000

export function Topology({ client }: { readonly client: AdminClient }) {
  const records = usePulse('records', () => everyPage((cursor) => client.list({ limit: 1_000, ...cursor })), EVERY_MS)
  const edges = usePulse('edges', () => counted(client.edges('5m')), EVERY_MS)
  return (
    <>
      <div class="title">
        <h1>Topology</h1>
      </div>
      <p class="lead">Calls of the last five minutes. Dashed: a record refers to the other, and nobody called.</p>
      <NoNumbers of={edges} />
      <Answer of={records} what="services">
        {(all) => {
          const graph = graphOf(all, edges.value?.items ?? [])
          if (graph.nodes.length === 0) return <Empty title="No services yet, so nobody calls." />
          return <Shown graph={graph} />
        }}
      </Answer>
    </>
  )
}

function Shown({ graph: whole }: { readonly graph: Graph }) {
  const [focus, setFocus] = useState<string>()
  const graph = focus === undefined ? whole : around(whole, focus)
  const [laid, setLaid] = useState<{ readonly shape: string; readonly layout: Layout }>()
  const [fault, setFault] = useState<string>()
  const shape = shapeOf(graph)
  useEffect(() => {
    const nodes = graph.nodes.map(({ id }) => ({ id, width: nodeWidth(id), height: NODE_HEIGHT }))
    const laying = layOut({ nodes, links: graph.links.map(({ from, to }) => ({ from, to })) })
    laying.laid.then(
      (layout) => setLaid({ shape, layout }),
      (error: unknown) => setFault(String(error)),
    )
    return () => laying.stop()
  }, [shape])
  return (
    <>
      <div class="search">
        <label>
          Around{' '}
          <select
            value={focus ?? ''}
            onChange={({ currentTarget: { value } }) => setFocus(value === '' ? undefined : value)}
          >
            <option value="">all services</option>
            {whole.nodes.map(({ id }) => (
              <option key={id} value={id}>
                {id}
              </option>
            ))}
          </select>
        </label>
        <span role="status">
          {graph.nodes.length} nodes, {graph.links.length} links
        </span>
      </div>
      {fault !== undefined && <p class="fault">{fault}</p>}
      {laid?.shape === shape ? (
        <Wide label="The graph">
          <Drawing graph={graph} layout={laid.layout} />
        </Wide>
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
