/** A chart, once what draws it has been loaded; in words for who does not see it. */
import { useEffect, useRef } from 'preact/hooks'
import type { Chart, ChartData, Curve } from '../chunks/charts.ts'

interface Props {
  readonly label: string
  readonly curves: readonly Curve[]
  readonly data: ChartData
}

export function ChartOf({ label, curves, data }: Props) {
  const parent = useRef<HTMLDivElement>(null)
  const drawn = useRef<Chart>(undefined)
  const latest = useRef(data)
  latest.current = data
  useEffect(() => {
    let isOver = false
    void import('../chunks/charts.ts').then(({ chart }) => {
      if (isOver || !parent.current) return
      drawn.current = chart(parent.current, curves, latest.current)
    })
    return () => {
      isOver = true
      drawn.current?.destroy()
      drawn.current = undefined
    }
  }, [])
  useEffect(() => drawn.current?.show(data), [data])
  return (
    <figure class="chart">
      <figcaption>{label}</figcaption>
      <div ref={parent} class="plot" role="img" aria-label={`${label}: ${inWords(curves, data)}`} />
    </figure>
  )
}

function inWords(curves: readonly Curve[], { values, marks }: ChartData): string {
  const last = curves.map(({ label, value }, at) => {
    const column = values[at] ?? []
    return `${label} now ${value(column.findLast((one) => one !== null) ?? null)}`
  })
  return [...last, marks.length === 0 ? 'no changes' : `changes ${marks.map((mark) => mark.label).join(', ')}`].join(
    '; ',
  )
}
