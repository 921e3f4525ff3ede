/** What was meant by a word that nobody knows. */

/** The known word that is nearest, where one is near: as far as a slip of a finger or two. `undefined` otherwise. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const most = word.length < 4 ? 1 : word.length < 8 ? 2 : 3
  let best: { readonly name: string; readonly away: number } | undefined
  for (const name of known) {
    const away = distance(word.toLowerCase(), name.toLowerCase(), most)
    if (away <= most && away < name.length / 2 && (!best || away < best.away)) best = { name, away }
  }
  return best?.name
}

/** Letters to be left out, put in, changed or swapped with the next. More than `most` is not counted. */
function distance(one: string, other: string, most: number): number {
  if (Math.abs(one.length - other.length) > most) return most + 1
  let [before, last]: [number[], number[]] = [[], Array.from({ length: other.length + 1 }, (_, index) => index)]
  for (let row = 1; row <= one.length; row++) {
    const next = [row]
    for (let column = 1; column <= other.length; column++) {
      const isSame = one[row - 1] === other[column - 1]
      const isSwapped = one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1]
      next[column] = Math.min(
        (last[column] ?? 0) + 1,
        (next[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (isSame ? 0 : 1),
        isSwapped ? (before[column - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
      )
    }
    ;[before, last] = [last, next]
  }
  return last[other.length] ?? 0
}
