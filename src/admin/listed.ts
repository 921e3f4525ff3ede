/** A list as a token sees it: of one with prefixes, the names that begin with one of them. */
import type { Current } from '../durable/ledger/reads.ts'
import { EVENTS, isOfEvents } from '../record/events/event-key.ts'
import type { Token } from './auth/tokens.ts'
import type { Registry } from './env.ts'

export interface Asked {
  readonly prefix?: string | undefined
  readonly limit?: number | undefined
  readonly cursor?: string | undefined
}

const ITEMS = 100
/** After every name that begins so. */
const LAST_OF_EVENTS = `${EVENTS}\u{10ffff}`

/**
 * In the order of the names. A page may have fewer items than were asked for, where records are long. Subscriptions are listed where
 * the prefix says `events/`: they are no services.
 */
export async function listed(
  registry: Registry,
  { prefixes }: Token,
  { prefix = '', limit = ITEMS, cursor = '' }: Asked,
): Promise<{ items: Current[]; cursor?: string }> {
  const items: Current[] = []
  const isOfServices = !isOfEvents(prefix)
  for (const one of seen(prefix, prefixes)) {
    // All of them stand before the cursor.
    if ((cursor > one && !cursor.startsWith(one)) || (isOfServices && isOfEvents(one))) continue
    let after = cursor
    for (;;) {
      const page = await registry.list({ prefix: one, cursor: after, limit: limit - items.length })
      const wanted = isOfServices ? page.items.filter(({ name }) => !isOfEvents(name)) : page.items
      items.push(...wanted)
      if (wanted.length === page.items.length || page.cursor === undefined) {
        if (page.cursor !== undefined) return { items, cursor: page.cursor }
        break
      }
      // Past all of them at once, however many there are.
      after = isOfEvents(page.cursor) ? LAST_OF_EVENTS : page.cursor
      if (items.length >= limit) return { items, cursor: after }
    }
    const last = items.at(-1)
    if (last && items.length >= limit) return { items, cursor: last.name }
  }
  return { items }
}

/** What is asked for and may be seen: prefixes of which none contains another, in order. */
function seen(asked: string, prefixes: readonly string[] | undefined): string[] {
  if (!prefixes) return [asked]
  const both = prefixes.flatMap((own) => {
    if (own.startsWith(asked)) return [own]
    return asked.startsWith(own) ? [asked] : []
  })
  const distinct = [...new Set(both)].sort()
  return distinct.filter((one) => !distinct.some((other) => other !== one && one.startsWith(other)))
}
