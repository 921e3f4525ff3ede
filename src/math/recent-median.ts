/** The median of what was seen lately. */

export interface RecentMedian {
  add(sample: number, now: number): void
  /** The median of the samples of the window, `undefined` while there are fewer than `atLeast`. */
  value(now: number): number | undefined
}

export interface RecentMedianOptions {
  /** Samples older than this are forgotten, in milliseconds. Default 10_000. */
  windowMs?: number
  /** How many samples are kept. Default 16: a median of the last few is what "recent" means. */
  capacity?: number
  /** Fewer samples than this say nothing. Default 3. */
  atLeast?: number
}

export function recentMedian({
  windowMs = 10_000,
  capacity = 16,
  atLeast = 3,
}: RecentMedianOptions = {}): RecentMedian {
  // Two parallel arrays of numbers that grow to `capacity`: an endpoint that is never used costs nothing.
  const samples: number[] = []
  const seenAt: number[] = []
  let next = 0
  return {
    add(sample, now) {
      samples[next] = sample
      seenAt[next] = now
      next = (next + 1) % capacity
    },
    value(now) {
      const recent = samples.filter((_, index) => now - (seenAt[index] as number) <= windowMs).sort((a, b) => a - b)
      return recent.length < atLeast ? undefined : recent[Math.floor((recent.length - 1) / 2)]
    },
  }
}
