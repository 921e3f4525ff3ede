/** Labels: which set of records a revision was applied with. It stands at the end of the message, in history alone (docs/decisions/0070). */
import { InvalidArgumentError } from 'commander'

const WRITTEN = /(?:^| )\[label:([^\]\s]+)\]$/
const LABEL = /^[A-Za-z0-9][A-Za-z0-9._=/-]{0,62}$/

/** The message that is kept: the label is its end. `undefined` where there is neither. */
export function withLabel(message: string | undefined, label: string | undefined): string | undefined {
  const words = message === undefined ? [] : [message]
  const text = [...words, ...(label === undefined ? [] : [`[label:${label}]`])].join(' ')
  return text === '' ? undefined : text
}

export function labelOf(message: string): string | undefined {
  return WRITTEN.exec(message)?.[1]
}

/** @throws InvalidArgumentError */
export function label(text: string): string {
  if (LABEL.test(text)) return text
  throw new InvalidArgumentError('It is up to 63 letters, digits and ". _ = / -", as in shop or team=shop.')
}
