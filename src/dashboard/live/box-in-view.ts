/** Which part of a drawing is in the window, as one scrolls. */
import type { RefObject } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { aroundView, type Box, isSameBox } from '../model/in-view.ts'

/** Before anything was measured: what stands at its beginning. */
const BEGINNING: Box = aroundView({ left: 0, top: 0, right: 1_600, bottom: 1_200 })

/** @param scale pixels of the page for one of the drawing. */
export function useBoxInView(drawing: RefObject<SVGSVGElement | null>, scale: number): Box {
  const [box, setBox] = useState(BEGINNING)
  useEffect(() => {
    const look = () => {
      const { left = 0, top = 0 } = drawing.current?.getBoundingClientRect() ?? {}
      const next = aroundView({
        left: -left / scale,
        top: -top / scale,
        right: (innerWidth - left) / scale,
        bottom: (innerHeight - top) / scale,
      })
      setBox((before) => (isSameBox(before, next) ? before : next))
    }
    look()
    // What is pushed sideways does not tell the window of it, but on the way down it is heard.
    addEventListener('scroll', look, { capture: true, passive: true })
    addEventListener('resize', look)
    return () => {
      removeEventListener('scroll', look, { capture: true })
      removeEventListener('resize', look)
    }
  }, [scale])
  return box
}
