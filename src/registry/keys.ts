/** How names are laid out as registry keys: one key a service. */
import { type ServiceName, wildcardsOf } from '../core/endpoint.ts'

const PREFIX = 'services/'
/** Workers KV reads this many keys at once, at most. */
const MAX_KEYS = 100

/** The key of a name or of a wildcard. */
export function keyOf(name: string): string {
  return PREFIX + name
}

/** The keys that may answer for a name: its own, then its wildcards from the longest. */
export function candidateKeys(name: ServiceName): string[] {
  return [name, ...wildcardsOf(name)].slice(0, MAX_KEYS).map(keyOf)
}

/** Does this key stand for more names than one? */
export function isWildcard(key: string): boolean {
  return key.startsWith(`${PREFIX}*.`)
}
