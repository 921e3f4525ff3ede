/** How names are laid out as registry keys: one key a service. */
import { type ServiceName, wildcardsOf } from '../core/endpoint.ts'

const PREFIX = 'services/'

/** The key of a name or of a wildcard. */
export function keyOf(name: string): string {
  return PREFIX + name
}

/** The keys that may answer for a name or a wildcard: its own, then the wildcards above it from the longest. */
export function candidateKeys(name: ServiceName): string[] {
  const wildcards = wildcardsOf(name)
  return (name.startsWith('*.') ? wildcards : [name, ...wildcards]).map(keyOf)
}

/** Of the wildcards that answer for a name the longest that is less specific than `key`; `undefined` where there is none. */
export function widerThan(key: string, name: ServiceName): string | undefined {
  const keys = candidateKeys(name)
  return keys[keys.indexOf(key) + 1]?.slice(PREFIX.length)
}

/** Does this key stand for more names than one? */
export function isWildcard(key: string): boolean {
  return key.startsWith(`${PREFIX}*.`)
}
