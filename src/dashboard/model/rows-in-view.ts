/** Which rows of a long table are drawn, and how much room stands for those that are not. */

export interface RowsInView {
  /** The first that is drawn. */
  readonly first: number
  /** The first that is not any more. */
  readonly end: number
  /** Pixels above and below them. */
  readonly above: number
  readonly below: number
}

/** Fewer rows are drawn whole. */
export const MANY_ROWS = 100
/** Rows beyond the window, above and below: who goes on by keys finds the next one. */
const BESIDE = 20
/** Drawn anew after so many rows, not after each. */
const STEP = 10

/**
 * @param height of a row, in pixels, as all others.
 * @param scrolled pixels of the rows that are above the window; negative where they begin in it.
 */
export function rowsInView(count: number, height: number, scrolled: number, window: number): RowsInView {
  if (count <= MANY_ROWS) return { first: 0, end: count, above: 0, below: 0 }
  const top = Math.floor(scrolled / height / STEP) * STEP
  const rows = Math.ceil(window / height) + STEP
  const first = Math.max(0, Math.min(top, count - rows) - BESIDE)
  const end = Math.min(count, Math.max(0, top) + rows + BESIDE)
  return { first, end, above: first * height, below: (count - end) * height }
}
