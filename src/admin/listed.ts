/** A list as a token sees it: of one with prefixes, the names that begin with one of them. */
import type { Current } from '../durable/ledger/reads.ts'
import type { Token } from './auth/tokens.ts'
import type { Registry } from './env.ts'

export interface Asked {
  readonly prefix?: string | undefined
  readonly limit?: number | undefined
  readonly cursor?: string | undefined
}

const ITEMS = 100

/** In the order of the names. A page may have fewer items than were asked for, where records are long. */
export async function listed(
  registry: Registry,
  { prefixes }: Token,
  { prefix = '', limit = ITEMS, cursor = '' }: Asked,
): Promise<{ items: Current[]; cursor?: string }> {
  const items: Current[] = []
  for (const one of seen(prefix, prefixes)) {
    // All of them stand before the cursor.
    if (cursor > one && !cursor.startsWith(one)) continue
    const page = await registry.list({ prefix: one, cursor, limit: limit - items.length })
    items.push(...page.items)
    if (page.cursor !== undefined) return { items, cursor: page.cursor }
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
