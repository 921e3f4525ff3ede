/** Overrides: a member of `baggage` that replaces one service name by another, for one request. */

/** The key of that member. */
const MEMBER = 'selvedge-override'

/** Removes overrides from baggage, as for an untrusted caller. `undefined` where nothing is left. */
export function withoutOverride(baggage: string | undefined): string | undefined {
  if (!baggage?.toLowerCase().includes(MEMBER)) return baggage
  const others = baggage.split(',').filter((member) => member.split(/[=;]/, 1)[0]?.trim().toLowerCase() !== MEMBER)
  return others.length > 0 ? others.join(',') : undefined
}
