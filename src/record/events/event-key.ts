/** The registry keys of subscriptions: one of each event type, and of what types begin with. */

export const EVENTS = 'events/'

/** The labels of a type, as a key has them: `com.example.order.placed`. */
const TYPE = /^[A-Za-z0-9_~:-]+(?:\.[A-Za-z0-9_~:-]+)*$/
/** KV has room for 512 bytes. */
const MOST_CHARACTERS = 400
/** Keys asked about for one type, at most: its own, `events/*`, and the longest between them. A read of KV is billed by the key. */
const MOST_KEYS = 9

/** Does the name of a record mean subscriptions, not a service? */
export function isOfEvents(name: string): boolean {
  return name.startsWith(EVENTS)
}

/** Why nobody is ever looked up under such a name; `undefined` where somebody is. */
export function misnamedEvents(name: string): string | undefined {
  const type = name.slice(EVENTS.length)
  const labels = type === '*' ? '' : type.replace(/\.\*$/, '')
  if (type.length <= MOST_CHARACTERS && (labels === '' ? type === '*' : TYPE.test(labels))) return undefined
  return `"${name}" is no key of subscriptions: "events/" and an event type (letters, digits, "-", "_", "~" and ":" in labels joined by dots, ${MOST_CHARACTERS} characters at most), or the beginning of one with ".*" behind it, or "*" for all.`
}

/** The keys whose subscriptions are for events of a type, the most specific first. */
export function eventKeys(type: string): string[] {
  const labels = TYPE.test(type) && type.length <= MOST_CHARACTERS ? type.split('.') : []
  const wider = labels.slice(0, -1).map((_, index) => `${EVENTS}${labels.slice(0, index + 1).join('.')}.*`)
  const own = labels.length > 0 ? [`${EVENTS}${type}`] : []
  return [...own, ...wider.reverse().slice(0, MOST_KEYS - 2), `${EVENTS}*`]
}
