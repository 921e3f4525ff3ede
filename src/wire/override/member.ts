/** Overrides: a member of `baggage` that replaces one service name by another, for one request. */

/** The key of that member. */
const MEMBER = 'selvedge-override'

/** Removes overrides from baggage, as for an untrusted caller. `undefined` where nothing is left. */
export function withoutOverride(baggage: string | undefined): string | undefined {
  if (!baggage?.toLowerCase().includes(MEMBER)) return baggage
  const others = baggage.split(',').filter((member) => !isOverride(member))
  return others.length > 0 ? others.join(',') : undefined
}

/** The text of the override that baggage holds, whatever it is worth; of two it is empty, and nobody believes it. */
export function overrideIn(baggage: string | null | undefined): string | undefined {
  if (!baggage?.toLowerCase().includes(MEMBER)) return undefined
  const [member, ...more] = baggage.split(',').filter(isOverride)
  if (member === undefined) return undefined
  return more.length > 0 ? '' : (/^[^=;]*=([^;]*)/.exec(member)?.[1] ?? '').trim()
}

/** Baggage with an override, in place of any other. */
export function withOverride(baggage: string | undefined, text: string): string {
  const others = withoutOverride(baggage)
  const member = `${MEMBER}=${text}`
  return others === undefined ? member : `${others},${member}`
}

function isOverride(member: string): boolean {
  return member.split(/[=;]/, 1)[0]?.trim().toLowerCase() === MEMBER
}
