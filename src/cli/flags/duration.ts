/** Flags that take a duration: `90s`, `24h`. */
import { InvalidArgumentError } from 'commander'
import { DURATION_FORM, durationMs, isDuration } from '../../schema/duration.ts'

/** As it was written. @throws {InvalidArgumentError} where it is none. */
export function duration(text: string): string {
  if (!isDuration(text)) throw new InvalidArgumentError(`It is ${DURATION_FORM}.`)
  return text
}

/** In milliseconds. @throws {InvalidArgumentError} for 0, too. */
export function someMs(text: string): number {
  const ms = durationMs(duration(text))
  if (ms === 0) throw new InvalidArgumentError(`It is ${DURATION_FORM}, more than 0.`)
  return ms
}
