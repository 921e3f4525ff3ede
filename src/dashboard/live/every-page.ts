/** A list, page by page, to its end. */
import type { Page } from '../../admin/client.ts'

/** Where a list is this long, what is asked of it is too much for a page. */
const MOST_PAGES = 20

export async function everyPage<Item>(
  ask: (cursor: { readonly cursor?: string }) => Promise<Page<Item>>,
): Promise<readonly Item[]> {
  const all: Item[] = []
  let cursor: string | undefined
  for (let page = 0; page < MOST_PAGES; page++) {
    const { items, cursor: next } = await ask(cursor === undefined ? {} : { cursor })
    all.push(...items)
    if (next === undefined) return all
    cursor = next
  }
  return all
}
