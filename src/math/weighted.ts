/** Chance that is not the same for all. */

/**
 * The index of one of the weights, each as likely as its share of their sum. The sum must be above 0.
 *
 * @param chance from 0 up to but not including 1.
 */
export function weightedIndex(weights: readonly number[], sum: number, chance: number): number {
  let left = chance * sum
  let last = 0
  for (let index = 0; index < weights.length; index++) {
    const weight = weights[index] as number
    if (weight <= 0) continue
    if (left < weight) return index
    left -= weight
    last = index
  }
  // What rounding left over belongs to the last that may be drawn at all.
  return last
}
