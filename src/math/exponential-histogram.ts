/**
 * How often values of each size were seen: an exponential histogram as OpenTelemetry has it, which two isolates can add up
 * without losing anything.
 *
 * Bucket `i` holds values above `base ** i` up to `base ** (i + 1)`, with `base = 2 ** (2 ** -SCALE)`
 * (https://opentelemetry.io/docs/specs/otel/metrics/data-model/#exponentialhistogram).
 */

/** 64 buckets for each doubling: what stands for a bucket is within 0.55 % of every value in it. */
export const SCALE = 6
const PER_OCTAVE = 2 ** SCALE
/** From 2 ** -10 to 2 ** 22: in milliseconds, from a microsecond to an hour. What is beyond counts at the edge. */
const LEAST = -10 * PER_OCTAVE
const MOST = 22 * PER_OCTAVE - 1

/** Plain values: it may travel. */
export interface Histogram {
  readonly count: number
  readonly sum: number
  /** Values of 0 and less. */
  readonly zeros: number
  /** The index of each bucket that has something, in order, and how much. */
  readonly buckets: readonly (readonly [index: number, count: number])[]
}

export interface HistogramRecorder {
  record(value: number): void
  /** What was recorded since the last time; `undefined` where nothing was. */
  take(): Histogram | undefined
}

/** Of one series. It has {@link SCALE} for its whole life, and 2,048 buckets at most. */
export function histogramRecorder(): HistogramRecorder {
  let counts = new Map<number, number>()
  let count = 0
  let sum = 0
  let zeros = 0
  return {
    record(value) {
      count += 1
      if (!(value > 0)) {
        zeros += 1
        return
      }
      sum += value
      const index = bucketOf(value)
      counts.set(index, (counts.get(index) ?? 0) + 1)
    },
    take() {
      if (count === 0) return undefined
      const taken = { count, sum, zeros, buckets: inOrder(counts) }
      counts = new Map()
      count = sum = zeros = 0
      return taken
    },
  }
}

/** Both together, in whatever order: counts are whole numbers, and exact up to 2 ** 53. */
export function merged(one: Histogram, other: Histogram): Histogram {
  const counts = new Map(one.buckets)
  for (const [index, count] of other.buckets) counts.set(index, (counts.get(index) ?? 0) + count)
  return {
    count: one.count + other.count,
    sum: one.sum + other.sum,
    zeros: one.zeros + other.zeros,
    buckets: inOrder(counts),
  }
}

/**
 * The value that a share of all values does not exceed: within 0.55 % of what sorting them would give, between a microsecond and
 * an hour. `undefined` where there are none.
 *
 * @param share 0 to 1: 0.99 for the 99th percentile.
 */
export function quantile({ count, zeros, buckets }: Histogram, share: number): number | undefined {
  if (count === 0) return undefined
  // The rank that sorting would look at: the least of which this share is at or below.
  let left = Math.max(1, Math.ceil(share * count)) - zeros
  if (left <= 0) return 0
  for (const [index, count] of buckets) {
    left -= count
    if (left <= 0) return middleOf(index)
  }
  return undefined
}

function bucketOf(value: number): number {
  // A value on an edge belongs to the bucket beneath; the logarithm may stray by one bucket there, and by no more than the error.
  const index = Math.ceil(Math.log2(value) * PER_OCTAVE) - 1
  return Math.max(LEAST, Math.min(index, MOST))
}

/** What is as far from either edge, in proportion. */
function middleOf(index: number): number {
  return 2 ** ((index + 0.5) / PER_OCTAVE)
}

function inOrder(counts: ReadonlyMap<number, number>): [number, number][] {
  return [...counts].sort(([one], [other]) => one - other)
}
