/** Of a long table the rows that can be seen, and some beside them: what nobody sees is not drawn. */
import type { RefObject } from 'preact'
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { type RowsInView, rowsInView } from '../model/rows-in-view.ts'

export interface SeenRows extends RowsInView {
  /** Where the rows stand. */
  readonly body: RefObject<HTMLTableSectionElement | null>
}

/** Pixels, until one has been measured. */
const ROW = 38

/** @param count rows that there are, all of the same height. */
export function useRowsInView(count: number): SeenRows {
  const body = useRef<HTMLTableSectionElement>(null)
  const height = useRef(ROW)
  const [seen, setSeen] = useState(() => rowsInView(count, ROW, 0, innerHeight))

  const look = () => {
    if (!body.current) return
    const next = rowsInView(count, height.current, -body.current.getBoundingClientRect().top, innerHeight)
    setSeen((before) =>
      before.first === next.first && before.end === next.end && before.below === next.below ? before : next,
    )
  }
  useLayoutEffect(() => {
    const row = body.current?.querySelector('tr:not(.unseen-rows)')
    if (row) height.current = row.getBoundingClientRect().height || ROW
    look()
  }, [count])
  useEffect(() => {
    addEventListener('scroll', look, { passive: true })
    addEventListener('resize', look)
    return () => {
      removeEventListener('scroll', look)
      removeEventListener('resize', look)
    }
  }, [count])
  return { ...seen, body }
}
