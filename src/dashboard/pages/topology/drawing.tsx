/** The graph as SVG: nodes in their layers, links as curves whose width tells how busy they are. */
import { memo } from 'preact/compat'
import type { Layout } from '../../chunks/layout.ts'
import { rate } from '../../model/format.ts'
import type { Graph, GraphLink, GraphNode } from '../../model/graph.ts'
import { hashOf } from '../../model/route.ts'

export const NODE_HEIGHT = 40

const CHARACTER = 8.4

export function nodeWidth(id: string): number {
  return Math.min(Math.max(id.length * CHARACTER + 40, 140), 280)
}

interface Props {
  readonly graph: Graph
  readonly layout: Layout
}

export function Drawing({ graph: { nodes, links }, layout }: Props) {
  const { width, height } = layout
  return (
    <svg
      class="topology"
      viewBox={`0 0 ${width} ${height}`}
      width={width}
      height={height}
      aria-label={`${nodes.length} nodes and ${links.length} links`}
    >
      <defs>
        <marker
          id="head"
          viewBox="0 0 8 8"
          refX="7"
          refY="4"
          markerWidth="7"
          markerHeight="7"
          orient="auto-start-reverse"
          markerUnits="userSpaceOnUse"
        >
          <path d="M0 0L8 4L0 8z" class="head" />
        </marker>
      </defs>
      {links.map((link, at) => (
        <Link key={`${link.from} ${link.to} ${link.kind}`} link={link} path={curve(layout.links[at] ?? [])} />
      ))}
      {nodes.map((node) => {
        const { x = 0, y = 0 } = layout.nodes[node.id] ?? {}
        return <Node key={node.id} node={node} x={x} y={y} />
      })}
    </svg>
  )
}

const Link = memo(function Link({
  link: { kind, rps, health, from, to },
  path,
}: {
  readonly link: GraphLink
  readonly path: string
}) {
  return (
    <path
      class={`link ${kind} ${health}`}
      d={path}
      stroke-width={1.2 + Math.min(Math.log10(1 + rps) * 1.6, 5)}
      marker-end="url(#head)"
    >
      <title>{`${from} → ${to}: ${kind === 'refers' ? 'its record refers to it' : `${rate(rps)} requests/s`}`}</title>
    </path>
  )
})

interface NodeProps {
  readonly node: GraphNode
  readonly x: number
  readonly y: number
}

const Node = memo(function Node({ node: { id, kind, rps, health }, x, y }: NodeProps) {
  const width = nodeWidth(id)
  const room = Math.floor((width - 36) / CHARACTER)
  const inside = (
    <>
      <rect x={-width / 2} y={-NODE_HEIGHT / 2} width={width} height={NODE_HEIGHT} rx="8" />
      <circle cx={-width / 2 + 14} cy="0" r="4.5" class={`dot ${health}`} />
      <text x={-width / 2 + 26} y={rps > 0 ? -3 : 4}>
        {id.length > room ? `${id.slice(0, room - 1)}…` : id}
      </text>
      {rps > 0 && (
        <text x={-width / 2 + 26} y="12" class="rps">
          {rate(rps)} requests/s
        </text>
      )}
      <title>{id}</title>
    </>
  )
  const className = `node ${kind} ${health}`
  const place = `translate(${x} ${y})`
  if (kind !== 'service')
    return (
      <g class={className} transform={place}>
        {inside}
      </g>
    )
  return (
    <g class={className} transform={place}>
      <a href={hashOf({ page: 'service', name: id })}>{inside}</a>
    </g>
  )
})

/** A curve that leaves and arrives flat. */
function curve(points: Layout['links'][number]): string {
  const [first, ...rest] = points
  if (!first) return ''
  let path = `M${round(first.x)} ${round(first.y)}`
  let last = first
  for (const next of rest) {
    const middle = round((last.x + next.x) / 2)
    path += `C${middle} ${round(last.y)} ${middle} ${round(next.y)} ${round(next.x)} ${round(next.y)}`
    last = next
  }
  return path
}

function round(n: number): number {
  return Math.round(n * 10) / 10
}
