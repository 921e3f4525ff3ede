/** The flag `-H`: a header as curl takes it, as often as there are headers. */
import { InvalidArgumentError } from 'commander'

/** @throws {InvalidArgumentError} where it is none. */
export function header(text: string, all: Record<string, string> = {}): Record<string, string> {
  const [, name, value] = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*)$/.exec(text) ?? []
  if (name === undefined || value === undefined) throw new InvalidArgumentError('It is "name: value".')
  return { ...all, [name.toLowerCase()]: value }
}
