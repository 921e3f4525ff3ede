/** Draws a chart over time with uPlot, changes laid over it as lines. It is loaded where a chart is looked at. */
import UPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import type { Mark } from '../model/timeline.ts'

export interface Curve {
  readonly label: string
  /** The name of a colour of the page: `--good`. */
  readonly color: string
  readonly isFilled?: boolean
  readonly value: (value: number | null) => string
}

export interface ChartData {
  /** Seconds since the epoch. */
  readonly at: readonly number[]
  readonly values: readonly (readonly (number | null)[])[]
  readonly marks: readonly Mark[]
}

export interface Chart {
  show(data: ChartData): void
  destroy(): void
}

const HEIGHT = 190

export function chart(parent: HTMLElement, curves: readonly Curve[], first: ChartData): Chart {
  let shown = first
  let plot = made()

  function made(): UPlot {
    const color = colorsOf(parent)
    const muted = color('--muted')
    const axis = { stroke: muted, grid: { stroke: color('--line'), width: 1 }, ticks: { show: false }, font: FONT }
    const format = curves[0]?.value ?? String
    const options: UPlot.Options = {
      width: Math.max(parent.clientWidth, 200),
      height: HEIGHT,
      padding: [18, 8, 0, 0],
      cursor: { points: { size: 6 }, drag: { x: false, y: false } },
      scales: { y: { range: (_, __, max) => [0, max > 0 ? max * 1.1 : 1] } },
      axes: [
        { ...axis, space: 70, values: (_, splits) => splits.map((at) => instantOf(at, shown)) },
        { ...axis, size: 62, values: (_, splits) => splits.map((value) => format(value)) },
      ],
      series: [
        { label: 'Time', value: (_, at) => (at === null ? '–' : whenOf(at)) },
        ...curves.map(
          ({ label, color: name, isFilled = false, value }): UPlot.Series => ({
            label,
            stroke: color(name),
            width: 2,
            spanGaps: true,
            points: { size: 5 },
            value: (_, at) => value(at),
            ...(isFilled ? { fill: color(`${name}-soft`) } : {}),
          }),
        ),
      ],
      hooks: { draw: [(drawn) => lines(drawn, shown.marks, color('--mark'), color('--ground'))] },
    }
    return new UPlot(options, columns(shown), parent)
  }

  const widths = new ResizeObserver(() => plot.setSize({ width: Math.max(parent.clientWidth, 200), height: HEIGHT }))
  widths.observe(parent)
  const dark = matchMedia('(prefers-color-scheme: dark)')
  const again = () => {
    plot.destroy()
    plot = made()
  }
  dark.addEventListener('change', again)

  return {
    show(data) {
      shown = data
      plot.setData(columns(data))
    },
    destroy() {
      widths.disconnect()
      dark.removeEventListener('change', again)
      plot.destroy()
    },
  }
}

function whenOf(at: number): string {
  return new Intl.DateTimeFormat(undefined, { dateStyle: 'short', timeStyle: 'medium' }).format(at * 1_000)
}

const DAY_S = 86_400

/** The time of the day; of a window beyond a day and a half, the day. */
function instantOf(at: number, { at: all }: ChartData): string {
  const isLong = (all.at(-1) ?? 0) - (all[0] ?? 0) > 1.5 * DAY_S
  const words = isLong
    ? ({ day: 'numeric', month: 'short' } as const)
    : ({ hour: '2-digit', minute: '2-digit' } as const)
  return new Intl.DateTimeFormat(undefined, words).format(at * 1_000)
}

const FONT = '12px system-ui, sans-serif'

function columns({ at, values }: ChartData): UPlot.AlignedData {
  return [[...at], ...values.map((one) => [...one])]
}

function colorsOf(element: HTMLElement): (name: string) => string {
  const style = getComputedStyle(element)
  return (name) => style.getPropertyValue(name).trim()
}

/** A dashed line where something changed, with its revision at the top. */
function lines(plot: UPlot, marks: readonly Mark[], stroke: string, ground: string): void {
  const { ctx: context, bbox } = plot
  const ratio = devicePixelRatio
  context.save()
  context.strokeStyle = stroke
  context.lineWidth = ratio
  context.font = `600 ${11 * ratio}px system-ui, sans-serif`
  context.textAlign = 'center'
  context.textBaseline = 'bottom'
  let free = Number.NEGATIVE_INFINITY
  for (const { at, label } of [...marks].sort((one, other) => one.at - other.at)) {
    const x = Math.round(plot.valToPos(at, 'x', true))
    if (x < bbox.left || x > bbox.left + bbox.width) continue
    context.setLineDash([4 * ratio, 3 * ratio])
    context.beginPath()
    context.moveTo(x, bbox.top)
    context.lineTo(x, bbox.top + bbox.height)
    context.stroke()
    const half = context.measureText(label).width / 2 + 3 * ratio
    const middle = Math.min(Math.max(x, bbox.left + half), bbox.left + bbox.width - half)
    // Labels that would lie over one another are left out: the list beneath has them all.
    if (middle - half < free) continue
    context.fillStyle = ground
    context.fillRect(middle - half, bbox.top - 15 * ratio, half * 2, 14 * ratio)
    context.fillStyle = stroke
    context.fillText(label, middle, bbox.top - 2 * ratio)
    free = middle + half
  }
  context.restore()
}
