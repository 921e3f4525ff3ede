/** The figures that stand for many samples, and the order in which they are taken. */

/** Disturbance only ever adds: for a cost alone, the lower quartile is nearer to the truth than the middle. */
export function lowerQuartile(values: readonly number[]): number {
  return quantileOf(values, 0.25)
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

export function median(values: readonly number[]): number {
  return quantileOf(values, 0.5)
}

/** A source of chance that says the same each time: numbers from 0 up to but not including 1 (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** The same in an order drawn by chance (Fisher and Yates). */
export function shuffled<Item>(items: readonly Item[], random: () => number): Item[] {
  const order = [...items]
  for (let last = order.length - 1; last > 0; last--) {
    const drawn = Math.floor(random() * (last + 1))
    ;[order[last], order[drawn]] = [order[drawn] as Item, order[last] as Item]
  }
  return order
}

/** The value beneath which a share of all values lies, 0 to 1; between two it is drawn straight. */
export function quantileOf(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  const position = (sorted.length - 1) * share
  const below = sorted[Math.floor(position)] ?? Number.NaN
  const above = sorted[Math.ceil(position)] ?? Number.NaN
  return below + (above - below) * (position - Math.floor(position))
}
