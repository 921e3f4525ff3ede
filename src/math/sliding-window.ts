/** A sliding window: no interval of its length lets in more than so many. */

export interface SlidingWindow {
  /**
   * Lets one more in, or tells how long until it would.
   *
   * @param count lets in so many within an interval, at most: 1 or more.
   * @param intervalMs length of the interval in milliseconds, above 0. It may be another than before.
   * @returns 0, or the milliseconds until the next one is let in: at most `intervalMs`.
   */
  take(count: number, intervalMs: number, now: number): number
}

/** Those that were let in one after the other, counted as one. */
interface Part {
  readonly since: number
  /** When the last of them came: until an interval after that all of them count. */
  last: number
  count: number
}

/** A part ends with so much of the count, or with so much of the interval: one interval has 41 parts at most. */
const PART = 1 / 20

export function slidingWindow(): SlidingWindow {
  return new Parts()
}

class Parts implements SlidingWindow {
  private readonly parts: Part[] = []
  private total = 0

  take(count: number, intervalMs: number, now: number): number {
    const { parts } = this
    const newest = parts.at(-1)
    // A clock that steps back finds what it has let in as it was.
    const at = newest ? Math.max(now, newest.last) : now
    for (let oldest = parts[0]; oldest && oldest.last + intervalMs <= at; oldest = parts[0]) {
      this.total -= oldest.count
      parts.shift()
    }
    if (this.total >= count) return Math.min(intervalMs, (parts[0]?.last ?? at) + intervalMs - at)
    const isOver = !newest || newest.count >= count * PART || at - newest.since >= intervalMs * PART
    if (isOver || parts.length === 0) parts.push({ since: at, last: at, count: 1 })
    else {
      newest.last = at
      newest.count += 1
    }
    this.total += 1
    return 0
  }
}
