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
  return new Slices(windowMs / slices, slices)
}

class Slices implements SlidingSum {
  private readonly sliceMs: number
  private readonly sums: number[]
  private newest = 0

  constructor(sliceMs: number, slices: number) {
    this.sliceMs = sliceMs
    this.sums = new Array(slices).fill(0)
  }

  add(amount: number, now: number): void {
    this.roll(now)
    const index = this.newest % this.sums.length
    this.sums[index] = (this.sums[index] as number) + amount
  }

  take(amount: number, now: number): number {
    this.roll(now)
    const { sums, newest } = this
    let wanted = amount
    for (let age = sums.length - 1; age >= 0 && wanted > 0; age--) {
      const index = (newest - age + sums.length) % sums.length
      const taken = Math.min(wanted, sums[index] as number)
      sums[index] = (sums[index] as number) - taken
      wanted -= taken
    }
    return wanted
  }

  total(now: number): number {
    this.roll(now)
    return this.sums.reduce((sum, part) => sum + part, 0)
  }

  /** Forgets what has passed. A clock that steps back finds everything as it was. */
  private roll(now: number): void {
    const slice = Math.floor(now / this.sliceMs)
    if (slice <= this.newest) return
    const { length } = this.sums
    const passed = Math.min(length, slice - this.newest)
    for (let step = 1; step <= passed; step++) this.sums[(slice - passed + step) % length] = 0
    this.newest = slice
  }
}
