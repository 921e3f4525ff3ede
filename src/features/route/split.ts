/** Splits requests among backends by their weights. */

/** @param next a number from 0 up to 1, at each call another. What it gives has a weight above 0, if any has. */
export function split<Of extends { readonly weight: number }>(
  all: readonly Of[],
  next: () => number,
): () => Of | undefined {
  const some = open(all)
  if (some.length < 2) return () => some[0]
  const total = some.reduce((sum, { weight }) => sum + weight, 0)
  return () => {
    let left = next() * total
    return some.find(({ weight }) => {
      left -= weight
      return left < 0
    })
  }
}

/** Those that may be chosen at all. */
export function open<Of extends { readonly weight: number }>(all: readonly Of[]): Of[] {
  return all.filter(({ weight }) => weight > 0)
}
