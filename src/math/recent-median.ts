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

const DEFAULTS: Required<RecentMedianOptions> = { windowMs: 10_000, capacity: 16, atLeast: 3 }

export function recentMedian(options?: RecentMedianOptions): RecentMedian {
  return new LastSamples(options ? { ...DEFAULTS, ...options } : DEFAULTS)
}

class LastSamples implements RecentMedian {
  private readonly options: Required<RecentMedianOptions>
  // Two parallel arrays of numbers, made when first needed: an endpoint that is never used costs next to nothing.
  private samples: number[] | undefined
  private seenAt: number[] | undefined
  private next = 0

  constructor(options: Required<RecentMedianOptions>) {
    this.options = options
  }

  add(sample: number, now: number): void {
    if (this.samples && this.seenAt) {
      this.samples[this.next] = sample
      this.seenAt[this.next] = now
    } else {
      this.samples = [sample]
      this.seenAt = [now]
    }
    this.next = (this.next + 1) % this.options.capacity
  }

  value(now: number): number | undefined {
    const { samples = [], seenAt = [], options } = this
    const recent = samples
      .filter((_, index) => now - (seenAt[index] as number) <= options.windowMs)
      .sort((one, other) => one - other)
    return recent.length < options.atLeast ? undefined : recent[Math.floor((recent.length - 1) / 2)]
  }
}
