/** A sum over the last so many milliseconds, kept in slices. */

export interface SlidingSum {
  add(amount: number, now: number): void
  /** Takes up to `amount` out, from the slices that expire first; returns what could not be taken. */
  take(amount: number, now: number): number
  total(now: number): number
}

/**
 * @param windowMs length in milliseconds, above 0.
 * @param slices into how many parts it is cut: what is added is forgotten between `windowMs` and one slice before. Default 10.
 */
export function slidingSum(windowMs: number, slices = 10): SlidingSum {
  const sliceMs = windowMs / slices
  const sums: number[] = new Array(slices).fill(0)
  let newest = 0

  /** Forgets what has passed. A clock that steps back finds everything as it was. */
  function roll(now: number): void {
    const slice = Math.floor(now / sliceMs)
    if (slice <= newest) return
    const passed = Math.min(slices, slice - newest)
    for (let step = 1; step <= passed; step++) sums[(slice - passed + step) % slices] = 0
    newest = slice
  }

  return {
    add(amount, now) {
      roll(now)
      sums[newest % slices] = (sums[newest % slices] as number) + amount
    },
    take(amount, now) {
      roll(now)
      let wanted = amount
      for (let age = slices - 1; age >= 0 && wanted > 0; age--) {
        const index = (newest - age + slices) % slices
        const taken = Math.min(wanted, sums[index] as number)
        sums[index] = (sums[index] as number) - taken
        wanted -= taken
      }
      return wanted
    },
    total(now) {
      roll(now)
      return sums.reduce((sum, part) => sum + part, 0)
    },
  }
}
