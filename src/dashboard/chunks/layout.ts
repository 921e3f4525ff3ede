/** Lays a graph out in layers, in a thread of its own: a large one takes seconds, and the page stays smooth. */
import { Graph, layout } from '@dagrejs/dagre'

export interface LayoutQuestion {
  readonly nodes: readonly { readonly id: string; readonly width: number; readonly height: number }[]
  readonly links: readonly { readonly from: string; readonly to: string }[]
}

interface Point {
  readonly x: number
  readonly y: number
}

export interface Layout {
  readonly width: number
  readonly height: number
  /** The middle of each node, by its id. */
  readonly nodes: Readonly<Record<string, Point>>
  /** The bends of each link, in the order in which links were asked. */
  readonly links: readonly (readonly Point[])[]
}

/** Beyond so many links, layers are found by the quick way, whose links are a little longer. */
const QUICK_FROM = 150

function laidOut({ nodes, links }: LayoutQuestion): Layout {
  const graph = new Graph({ multigraph: true })
  graph.setGraph({
    rankdir: 'LR',
    nodesep: 18,
    ranksep: 90,
    marginx: 12,
    marginy: 12,
    ranker: links.length > QUICK_FROM ? 'tight-tree' : 'network-simplex',
  })
  graph.setDefaultEdgeLabel(() => ({}))
  for (const { id, width, height } of nodes) graph.setNode(id, { width, height })
  links.forEach(({ from, to }, at) => {
    graph.setEdge(from, to, {}, String(at))
  })
  layout(graph)
  const { width = 0, height = 0 } = graph.graph()
  const placed = graph.nodes().map((id) => {
    const { x = 0, y = 0 } = graph.node(id)
    return [id, { x, y }]
  })
  return {
    width,
    height,
    nodes: Object.fromEntries(placed),
    links: links.map(({ from, to }, at) => graph.edge(from, to, String(at))?.points ?? []),
  }
}

addEventListener('message', ({ data }: MessageEvent<LayoutQuestion>) => postMessage(laidOut(data)))
