/** A quantile of what was seen lately. */

export interface RecentQuantile {
  add(sample: number, now: number): void
  /** The quantile of the samples of the window, `undefined` while there are fewer than `atLeast`. */
  value(now: number): number | undefined
}

export interface RecentQuantileOptions {
  /** The share of the samples that are no larger than it, above 0 and up to 1: 0.5 is the median. */
  readonly share: number
  /** Samples older than this are forgotten, in milliseconds. */
  readonly windowMs: number
  /** How many samples are kept: the last ones. */
  readonly capacity: number
  /** Fewer samples than this say nothing. */
  readonly atLeast: number
}

/** By nearest rank: it is always one of the samples. The options are kept, not copied: many may share them. */
export function recentQuantile(options: RecentQuantileOptions): RecentQuantile {
  return new LastSamples(options)
}

class LastSamples implements RecentQuantile {
  private readonly options: RecentQuantileOptions
  // Two parallel arrays of numbers, made when first needed: an endpoint that is never used costs next to nothing.
  private samples: number[] | undefined
  private seenAt: number[] | undefined
  private next = 0

  constructor(options: RecentQuantileOptions) {
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
    return recent.length < options.atLeast ? undefined : recent[Math.ceil(recent.length * options.share) - 1]
  }
}
