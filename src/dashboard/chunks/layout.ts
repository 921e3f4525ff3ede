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

/** Beyond so many links, layers and orders are found by the quick ways: links are a little longer, and cross a little more. */
const QUICK_FROM = 150

const MARGIN = 12

function laidOut({ nodes, links }: LayoutQuestion): Layout {
  const isLarge = links.length > QUICK_FROM
  const graph = new Graph({ multigraph: true })
  graph.setGraph({
    rankdir: 'LR',
    nodesep: isLarge ? 12 : 18,
    edgesep: isLarge ? 4 : 20,
    ranksep: 90,
    marginx: MARGIN,
    marginy: MARGIN,
    ranker: isLarge ? 'tight-tree' : 'network-simplex',
  })
  graph.setDefaultEdgeLabel(() => ({}))
  for (const { id, width, height } of nodes) graph.setNode(id, { width, height })
  links.forEach(({ from, to }, at) => {
    graph.setEdge(from, to, {}, String(at))
  })
  layout(graph, { disableOptimalOrderHeuristic: isLarge })
  const bends = links.map(({ from, to }, at) => graph.edge(from, to, String(at))?.points ?? [])
  const { width = 0, height = 0 } = graph.graph()
  // Its own measures are those of the nodes: links may run outside.
  const all = bends.flat()
  const left = all.reduce((least, { x }) => Math.min(least, x - MARGIN), 0)
  const top = all.reduce((least, { y }) => Math.min(least, y - MARGIN), 0)
  const right = all.reduce((most, { x }) => Math.max(most, x + MARGIN), width)
  const bottom = all.reduce((most, { y }) => Math.max(most, y + MARGIN), height)
  const moved = ({ x, y }: Point): Point => ({ x: x - left, y: y - top })
  const placed = graph.nodes().map((id) => {
    const { x = 0, y = 0 } = graph.node(id)
    return [id, moved({ x, y })]
  })
  return {
    width: right - left,
    height: bottom - top,
    nodes: Object.fromEntries(placed),
    links: bends.map((points) => points.map(moved)),
  }
}

addEventListener('message', ({ data }: MessageEvent<LayoutQuestion>) => postMessage(laidOut(data)))
