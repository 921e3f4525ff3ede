/** How far back numbers are looked at: a flag that all verbs of traffic share. */
import { InvalidArgumentError, Option } from 'commander'
import { durationMs } from '../../schema/duration.ts'
import { duration } from '../flags/duration.ts'

/** As long as the control plane keeps numbers, and no less than the steps that it keeps them in. */
const LEAST_MS = 10_000
const MOST_MS = 168 * 3_600_000

export interface Windowed {
  readonly timeWindow: string
}

/** Called as in linkerd. */
export function windowOption(otherwise = '1m'): Option {
  return new Option('-t, --time-window <duration>', 'how far back it looks, 10s to 168h')
    .default(otherwise)
    .argParser(window)
}

function window(text: string): string {
  const ms = durationMs(duration(text))
  if (ms < LEAST_MS || ms > MOST_MS) throw new InvalidArgumentError('It is 10s to 168h.')
  return text
}
