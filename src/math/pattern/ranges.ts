/** Sets of characters, as ranges of code points. */

/** From and to, both included. */
export type Ranges = readonly (readonly [number, number])[]

/** The last code point there is. */
export const EVERYTHING = 0x10ffff

export const DIGITS: Ranges = [[48, 57]]
export const WORDS: Ranges = [
  [48, 57],
  [65, 90],
  [95, 95],
  [97, 122],
]
/** RE2's `\s`: tab, line feed, form feed, carriage return and space. */
export const SPACES: Ranges = [
  [9, 10],
  [12, 13],
  [32, 32],
]

/** Both letters of a pair, of the ASCII letters alone. */
export function bothCases(ranges: Ranges): Ranges {
  const others = ranges.flatMap(([from, to]) => [
    [Math.max(from, 65) + 32, Math.min(to, 90) + 32] as const,
    [Math.max(from, 97) - 32, Math.min(to, 122) - 32] as const,
  ])
  return union([...ranges, ...others.filter(([from, to]) => from <= to)])
}

/** In order, and none that touches another. */
export function union(ranges: Ranges): Ranges {
  const joined: [number, number][] = []
  for (const [from, to] of ranges.toSorted(([one], [other]) => one - other)) {
    const last = joined.at(-1)
    if (last && from <= last[1] + 1) last[1] = Math.max(last[1], to)
    else joined.push([from, to])
  }
  return joined
}

/** All others. The ranges are in order. */
export function complement(ranges: Ranges): Ranges {
  const others: [number, number][] = []
  let from = 0
  for (const [low, high] of ranges) {
    if (low > from) others.push([from, low - 1])
    from = high + 1
  }
  if (from <= EVERYTHING) others.push([from, EVERYTHING])
  return others
}

/** Where they begin and where they have ended, in turn: a character of an odd number of edges up to it is in one of them. */
export function edgesOf(ranges: Ranges): number[] {
  return ranges.flatMap(([from, to]) => [from, to + 1])
}

/** How many of these numbers, in order, are no greater. */
export function countUpTo(numbers: readonly number[], most: number): number {
  let [low, high] = [0, numbers.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((numbers[middle] as number) > most) high = middle
    else low = middle + 1
  }
  return low
}
