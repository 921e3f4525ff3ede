/** How long ago something was, in the words of kubectl's AGE: two units at most, and fewer of them the older it is. */

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const YEAR = 365 * DAY

/** @param ms the age in milliseconds. What lies in the future, by a clock that goes wrong, is `0s`. */
export function ageOf(ms: number): string {
  if (ms < 2 * MINUTE) return `${Math.floor(Math.max(0, ms) / SECOND)}s`
  if (ms < 10 * MINUTE) return two(ms, [MINUTE, 'm'], [SECOND, 's'])
  if (ms < 3 * HOUR) return `${Math.floor(ms / MINUTE)}m`
  if (ms < 8 * HOUR) return two(ms, [HOUR, 'h'], [MINUTE, 'm'])
  if (ms < 2 * DAY) return `${Math.floor(ms / HOUR)}h`
  if (ms < 8 * DAY) return two(ms, [DAY, 'd'], [HOUR, 'h'])
  if (ms < 2 * YEAR) return `${Math.floor(ms / DAY)}d`
  if (ms < 8 * YEAR) return two(ms, [YEAR, 'y'], [DAY, 'd'])
  return `${Math.floor(ms / YEAR)}y`
}

type Unit = readonly [ms: number, letter: string]

function two(ms: number, [long, ofLong]: Unit, [short, ofShort]: Unit): string {
  const rest = Math.floor((ms % long) / short)
  return `${Math.floor(ms / long)}${ofLong}${rest === 0 ? '' : `${rest}${ofShort}`}`
}
