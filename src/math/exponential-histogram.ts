/** A histogram of durations whose buckets grow by one factor: OpenTelemetry's exponential histogram, at one scale. */

/**
 * Buckets for each doubling: scale 6 of OpenTelemetry's data model. A bucket is 1.09 % wide, so that a quantile is off by
 * at most 0.55 %.
 */
const PER_DOUBLING = 64
export const SCALE = 6
/** Milliseconds that are told apart: less is counted as 0, more as the longest. */
const LEAST_MS = 0.25
const MOST_MS = 3_600_000

/** As it travels and is kept: plain values. */
export interface Counts {
  /** Values below a quarter of a millisecond. */
  readonly zeros: number
  /** The sum of all values. */
  readonly sum: number
  /** How many values each bucket holds, by the number of the bucket, in any order: `[number, count, …]`. */
  readonly buckets: readonly number[]
}

export interface ExponentialHistogram {
  /** @param value milliseconds. What is no number of at least 0 is left out. */
  record(value: number): void
  /** Adds what another one has counted. */
  add(counts: Counts): void
  readonly count: number
  readonly sum: number
  /**
   * The value of which that share of all is smaller, within 0.55 %; `undefined` where there is none.
   *
   * @param share 0 to 1.
   */
  quantile(share: number): number | undefined
  /** How many values are at most `value`, to the bucket. */
  countUpTo(value: number): number
  counts(): Counts
}

export function exponentialHistogram(): ExponentialHistogram {
  const buckets = new Map<number, number>()
  let zeros = 0
  let count = 0
  let sum = 0

  const raise = (index: number, by: number) => buckets.set(index, (buckets.get(index) ?? 0) + by)
  const ordered = () => [...buckets].sort(([one], [other]) => one - other)

  return {
    get count() {
      return count
    },
    get sum() {
      return sum
    },
    record(value) {
      if (!(value >= 0)) return
      const taken = Math.min(value, MOST_MS)
      count += 1
      sum += taken
      if (taken < LEAST_MS) zeros += 1
      else raise(indexOf(taken), 1)
    },
    add({ zeros: more, sum: added, buckets: others }) {
      zeros += more
      count += more
      sum += added
      for (let at = 0; at + 1 < others.length; at += 2) {
        const many = others[at + 1] as number
        raise(others[at] as number, many)
        count += many
      }
    },
    quantile(share) {
      if (count === 0) return undefined
      const rank = Math.min(1, Math.max(0, share)) * (count - 1)
      let seen = zeros
      if (rank < seen) return 0
      for (const [index, many] of ordered()) {
        seen += many
        if (rank < seen) return middleOf(index)
      }
      return 0
    },
    countUpTo(value) {
      const last = value < LEAST_MS ? Number.NEGATIVE_INFINITY : indexOf(value)
      return [...buckets].reduce((sum, [index, many]) => (index <= last ? sum + many : sum), zeros)
    },
    counts: () => ({ zeros, sum, buckets: [...buckets].flat() }),
  }
}

/** Bucket `i` holds what is above `2^(i/64)` and at most `2^((i+1)/64)`. */
function indexOf(value: number): number {
  return Math.ceil(Math.log2(value) * PER_DOUBLING) - 1
}

function middleOf(index: number): number {
  const least = 2 ** (index / PER_DOUBLING)
  const most = 2 ** ((index + 1) / PER_DOUBLING)
  // As far, in parts of itself, from either end.
  return (2 * least * most) / (least + most)
}
