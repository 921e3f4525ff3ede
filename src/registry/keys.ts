/** How names are laid out as registry keys: one key a service. */
import { type ServiceName, wildcardsOf } from '../core/endpoint.ts'

const PREFIX = 'services/'
/** Workers KV reads this many keys at once, at most. */
const MAX_KEYS = 100

/** The key of a name or of a wildcard. */
export function keyOf(name: string): string {
  return PREFIX + name
}

/** The keys that may answer for a name or a wildcard: its own, then the wildcards above it from the longest. */
export function candidateKeys(name: ServiceName): string[] {
  const wildcards = wildcardsOf(name)
  return (name.startsWith('*.') ? wildcards : [name, ...wildcards]).slice(0, MAX_KEYS).map(keyOf)
}

/** The longest wildcard that answers for all that a key answers for, and for more; `undefined` where there is none. */
export function widerThan(key: string): string | undefined {
  const name = key.slice(PREFIX.length)
  return wildcardsOf(name).find((wildcard) => wildcard !== name)
}

/** Does this key stand for more names than one? */
export function isWildcard(key: string): boolean {
  return key.startsWith(`${PREFIX}*.`)
}
