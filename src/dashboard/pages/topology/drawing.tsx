/** The graph as SVG: nodes in their layers, links as curves whose width tells how busy they are. Of a large one, what is in view is drawn. */
import { memo } from 'preact/compat'
import { useEffect, useMemo, useRef } from 'preact/hooks'
import type { Layout } from '../../chunks/layout.ts'
import { useBoxInView } from '../../live/box-in-view.ts'
import { rate } from '../../model/format.ts'
import type { Graph, GraphLink, GraphNode } from '../../model/graph.ts'
import { type Box, boxOf, overlaps } from '../../model/in-view.ts'
import { hashOf } from '../../model/route.ts'

export const NODE_HEIGHT = 40

const CHARACTER = 8.4
const WIDEST = 280

export function nodeWidth(id: string): number {
  return Math.min(Math.max(id.length * CHARACTER + 40, 140), WIDEST)
}

interface Props {
  readonly graph: Graph
  /** Of this graph: one of another shape is another drawing. */
  readonly layout: Layout
  /** Pixels of the page for one of the drawing. */
  readonly scale: number
}

/** Of a graph with more links, only those are drawn that are in the window or near it. */
const MANY_LINKS = 300
/** Drawn smaller than so, words could not be read. */
const WORDS_FROM = 0.4

export function Drawing({ graph: { nodes, links }, layout, scale }: Props) {
  const { width, height } = layout
  const drawing = useRef<SVGSVGElement>(null)
  const view = useBoxInView(drawing, scale)
  const curves = useMemo(() => layout.links.map((points) => ({ path: curve(points), box: boxOf(points) })), [layout])
  const isDrawn = (box: Box) => links.length <= MANY_LINKS || overlaps(box, view)
  const isMap = scale < WORDS_FROM
  useEffect(() => goTo(drawing.current, layout.nodes[beginning(nodes)?.id ?? ''], scale), [layout, scale])

  /** What one points at gets its words then: thousands of them would be a second drawing. */
  function tell({ target }: PointerEvent): void {
    if (!(target instanceof SVGPathElement)) return
    const link = links[Number(target.getAttribute('data-link') ?? -1)]
    if (!link) return
    const title = document.createElementNS('http://www.w3.org/2000/svg', 'title')
    title.textContent = wordsOf(link)
    target.replaceChildren(title)
  }

  return (
    <svg
      ref={drawing}
      class={`topology ${isMap ? 'map' : ''}`}
      viewBox={`0 0 ${width} ${height}`}
      width={width * scale}
      height={height * scale}
      aria-label={`${nodes.length} nodes and ${links.length} links`}
      onPointerOver={tell}
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
      {isMap && <LinksTogether links={links} curves={curves} width={0.7 / scale} />}
      {!isMap &&
        links.map(({ kind, health, rps }, at) => {
          const { path, box } = curves[at] ?? NO_CURVE
          if (!isDrawn(box)) return null
          return <Link key={`l${at}`} at={at} look={`link ${kind} ${health}`} width={thickness(rps)} path={path} />
        })}
      {nodes.map(({ id, kind, health, rps }) => {
        const { x = 0, y = 0 } = layout.nodes[id] ?? {}
        if (!isDrawn({ left: x - WIDEST / 2, top: y - NODE_HEIGHT, right: x + WIDEST / 2, bottom: y + NODE_HEIGHT }))
          return null
        const busy = rps > 0 && !isMap ? rate(rps) : ''
        return <Node key={id} id={id} kind={kind} health={health} isMap={isMap} busy={busy} x={x} y={y} />
      })}
    </svg>
  )
}

/** Where one looks first: what fails, or what is busiest. */
function beginning(nodes: readonly GraphNode[]): GraphNode | undefined {
  const worst = nodes.find(({ health }) => health === 'bad')
  return (
    worst ?? nodes.reduce<GraphNode | undefined>((most, one) => (one.rps > (most?.rps ?? -1) ? one : most), undefined)
  )
}

/** A drawing that fits stays as it is. */
function goTo(
  drawing: SVGSVGElement | null,
  place: { readonly x: number; readonly y: number } | undefined,
  scale: number,
) {
  const window = drawing?.closest('.wide')
  if (!window || !place) return
  window.scrollTo(place.x * scale - window.clientWidth / 2, place.y * scale - window.clientHeight / 2)
}

interface Curve {
  readonly path: string
  readonly box: Box
}

interface TogetherProps {
  readonly links: readonly GraphLink[]
  readonly curves: readonly Curve[]
  readonly width: number
}

/** On a map nobody tells one link from another: all of a kind are one curve. */
function LinksTogether({ links, curves, width }: TogetherProps) {
  const paths = new Map<string, string[]>()
  links.forEach(({ health }, at) => {
    const look = `link calls ${health}`
    const together = paths.get(look) ?? []
    together.push(curves[at]?.path ?? '')
    paths.set(look, together)
  })
  return (
    <>
      {[...paths].map(([look, together]) => (
        <path key={look} class={look} d={together.join('')} stroke-width={width} />
      ))}
    </>
  )
}

const NO_CURVE: Curve = { path: '', box: boxOf([]) }

interface LinkProps {
  readonly at: number
  readonly look: string
  readonly width: number
  readonly path: string
}

const Link = memo(function Link({ at, look, width, path }: LinkProps) {
  return <path class={look} d={path} stroke-width={width} marker-end="url(#head)" data-link={at} />
})

/** In steps: what cannot be seen is not drawn anew. */
function thickness(rps: number): number {
  return Math.round((1.2 + Math.min(Math.log10(1 + rps) * 1.6, 5)) * 2) / 2
}

function wordsOf({ from, to, kind, rps }: GraphLink): string {
  return `${from} → ${to}: ${kind === 'refers' ? 'its record refers to it' : `${rate(rps)} requests/s`}`
}

interface NodeProps extends Pick<GraphNode, 'id' | 'kind' | 'health'> {
  /** Requests a second; empty where there are none. */
  readonly busy: string
  /** Is it so small that words could not be read? */
  readonly isMap: boolean
  readonly x: number
  readonly y: number
}

const Node = memo(function Node({ id, kind, health, busy, isMap, x, y }: NodeProps) {
  const width = nodeWidth(id)
  const room = Math.floor((width - 36) / CHARACTER)
  const inside = (
    <>
      <rect x={-width / 2} y={-NODE_HEIGHT / 2} width={width} height={NODE_HEIGHT} rx="8" />
      {!isMap && (
        <>
          <circle cx={-width / 2 + 14} cy="0" r="4.5" class={`dot ${health}`} />
          <text x={-width / 2 + 26} y={busy === '' ? 4 : -3}>
            {id.length > room ? `${id.slice(0, room - 1)}…` : id}
          </text>
        </>
      )}
      {busy !== '' && (
        <text x={-width / 2 + 26} y="12" class="rps">
          {busy} requests/s
        </text>
      )}
      <title>{id}</title>
    </>
  )
  return (
    <g class={`node ${kind} ${health}`} transform={`translate(${x} ${y})`}>
      {kind === 'service' ? <a href={hashOf({ page: 'service', name: id })}>{inside}</a> : inside}
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
