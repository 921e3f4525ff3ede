/** Overrides: names swapped for one request, said in baggage. */

/** The member of baggage that holds them. */
const MEMBER = 'selvedge-override'

/** Baggage without overrides, `undefined` where nothing is left of it. Who is not believed may not swap a name. */
export function withoutOverride(baggage: string | undefined): string | undefined {
  if (!baggage?.toLowerCase().includes(MEMBER)) return baggage
  const others = baggage.split(',').filter((member) => member.split(/[=;]/, 1)[0]?.trim().toLowerCase() !== MEMBER)
  return others.length > 0 ? others.join(',') : undefined
}
