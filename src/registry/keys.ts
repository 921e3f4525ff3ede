/** The registry keys of names: one key a service. Subscriptions of events are named by their key. */
import { type ServiceName, wildcardsOf } from '../core/endpoint.ts'
import { isOfEvents } from '../record/events/event-key.ts'

const PREFIX = 'services/'

/** The key of a name or of a wildcard. No service is called `events/…`. */
export function keyOf(name: string): string {
  return isOfEvents(name) ? name : PREFIX + name
}

/** The name or wildcard of a key. */
export function nameOf(key: string): string {
  return key.startsWith(PREFIX) ? key.slice(PREFIX.length) : key
}

/** The keys whose records can answer for a name: its own, then those of the wildcards above it, the longest first. */
export function candidateKeys(name: ServiceName): string[] {
  const wildcards = wildcardsOf(name)
  return (name.startsWith('*.') ? wildcards : [name, ...wildcards]).map(keyOf)
}

/** The next wildcard for a name: the longest that is less specific than `key`. `undefined` where there is none. */
export function widerThan(key: string, name: ServiceName): string | undefined {
  const keys = candidateKeys(name)
  const wider = keys[keys.indexOf(key) + 1]
  return wider && nameOf(wider)
}

/** Is it the key of a wildcard? */
export function isWildcard(key: string): boolean {
  return key.startsWith(`${PREFIX}*.`)
}
