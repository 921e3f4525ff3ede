/** What differs between two texts, line by line: the longest common part stays, all else was taken out or put in. */

export interface Line {
  readonly is: 'same' | 'out' | 'in'
  readonly text: string
}

/** Beyond so many pairs of lines, what is between the equal beginning and the equal end is told as a whole. */
const MOST_PAIRS = 4_000_000

export function lineDifference(before: string, after: string): Line[] {
  const [a, b] = [lines(before), lines(after)]
  let start = 0
  while (start < a.length && start < b.length && a[start] === b[start]) start++
  let end = 0
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++
  const same = (text: string): Line => ({ is: 'same', text })
  return [
    ...a.slice(0, start).map(same),
    ...between(a.slice(start, a.length - end), b.slice(start, b.length - end)),
    ...a.slice(a.length - end).map(same),
  ]
}

function lines(text: string): string[] {
  return text === '' ? [] : text.split('\n')
}

function between(a: readonly string[], b: readonly string[]): Line[] {
  if (a.length * b.length > MOST_PAIRS) {
    return [...a.map((text): Line => ({ is: 'out', text })), ...b.map((text): Line => ({ is: 'in', text }))]
  }
  // common[i][j]: how many lines a from i and b from j have in common, in order.
  const width = b.length + 1
  const common = new Uint32Array((a.length + 1) * width)
  const at = (i: number, j: number) => common[i * width + j] ?? 0
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      common[i * width + j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1))
    }
  }
  const told: Line[] = []
  let [i, j] = [0, 0]
  while (i < a.length || j < b.length) {
    const [out, put] = [a[i], b[j]]
    if (out !== undefined && out === put) {
      told.push({ is: 'same', text: out })
      i++
      j++
    } else if (out !== undefined && (put === undefined || at(i + 1, j) >= at(i, j + 1))) {
      told.push({ is: 'out', text: out })
      i++
    } else if (put !== undefined) {
      told.push({ is: 'in', text: put })
      j++
    }
  }
  return told
}

/** Only what changed, with some lines around it; `null` stands for what was left out. */
export function folded(all: readonly Line[], around = 3): (Line | null)[] {
  const near = all.map((_, at) => all.slice(Math.max(0, at - around), at + around + 1).some(({ is }) => is !== 'same'))
  return all.flatMap((line, at) => {
    if (near[at]) return [line]
    return at === 0 || near[at - 1] ? [null] : []
  })
}
