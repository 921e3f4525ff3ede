/** Durations as sagas and Workflows write them: `90s`, `1h30m`, `2 days`. */

const UNITS: readonly (readonly [RegExp, number])[] = [
  [/^ms$|^milliseconds?$/, 1],
  [/^s$|^seconds?$/, 1000],
  [/^m$|^minutes?$/, 60_000],
  [/^h$|^hours?$/, 3_600_000],
  [/^d$|^days?$/, 86_400_000],
  [/^w$|^weeks?$/, 604_800_000],
]
const FORM = /^(?:\d{1,6} ?[a-z]+ ?)+$/

/** @throws {TypeError} for a text that is none. */
export function durationMs(text: string, what: string): number {
  let sum = 0
  for (const [, count, word = ''] of text.matchAll(/(\d+) ?([a-z]+)/g)) {
    sum += Number(count) * (UNITS.find(([form]) => form.test(word))?.[1] ?? Number.NaN)
  }
  if (!FORM.test(text) || !(sum > 0))
    throw new TypeError(`${what} is a duration such as "10m" or "2 days"; got "${text}".`)
  return sum
}
