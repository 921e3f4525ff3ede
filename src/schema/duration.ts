/** Durations as the Gateway API writes them (GEP-2257): `250ms`, `2s`, `1m30s`. */

export const DURATION = /^([0-9]{1,5}(h|m|s|ms)){1,4}$/
const MS_OF_UNIT: Record<string, number> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 }

/** What a duration must look like, for messages. */
export const DURATION_FORM = 'a duration such as "250ms", "2s" or "1m30s"'

export function isDuration(text: string): boolean {
  return DURATION.test(text)
}

/** Milliseconds of a duration: the sum of its parts. The text is one that {@link isDuration} accepts. */
export function durationMs(text: string): number {
  let sum = 0
  for (const [, count, unit] of text.matchAll(/([0-9]{1,5})(ms|h|m|s)/g)) {
    sum += Number(count) * (MS_OF_UNIT[unit as string] as number)
  }
  return sum
}
