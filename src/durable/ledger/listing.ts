/** A page of KV's list beside what history has for the same stretch of names: both are in order. */
import { EVENTS } from '../../record/events/event-key.ts'
import type { Page } from '../records.ts'
import type { Store } from '../store.ts'

/** What comes after all names that begin so. */
const PAST_EVENTS = 'events0'

/** What history expects under a name. */
export type Expected = {
  readonly name: string
  readonly revision: number
  readonly published: number
  readonly dueAt: number | null
  /** 1: a record; 0: a name that was deleted, or that history does not know. */
  readonly isThere: number
  /** 1: its text came from KV and may stand there without a stamp. */
  readonly cameFromKv: number
}

export interface Listed {
  readonly name: string
  /** `undefined`: KV does not list it. */
  readonly key: { readonly stamped: number | undefined } | undefined
  /** `undefined`: history does not know it. */
  readonly expected: Expected | undefined
}

/** Pairs the keys of a page with what is expected between `after` and the end of the page. */
export function beside({ sql }: Store, page: Page, after: string): Listed[] {
  const last = page.isEnd ? undefined : page.keys.at(-1)?.name
  const query = `SELECT k.name, k.revision, k.published, k.dueAt, r.text IS NOT NULL AS isThere,
    COALESCE(r.origin IN ('hand', 'adopt'), 0) AS cameFromKv
    FROM keys k LEFT JOIN revisions r ON r.name = k.name AND r.revision = k.revision
    WHERE k.name > ? ${last === undefined ? '' : 'AND k.name <= ?'} AND ${page.isOfEvents ? '' : 'NOT '}(k.name >= '${EVENTS}' AND k.name < '${PAST_EVENTS}')
    ORDER BY k.name`
  const expected = sql.exec<Expected>(query, after, ...(last === undefined ? [] : [last])).toArray()
  const listed = new Map<string, Listed>(
    expected.map((each) => [each.name, { name: each.name, key: undefined, expected: each }]),
  )
  for (const key of page.keys) listed.set(key.name, { name: key.name, key, expected: listed.get(key.name)?.expected })
  return [...listed.values()]
}

/** The name after which the next page begins: each sort of names from its first on. */
export function endOf(page: Page, after: string): string {
  return page.isEnd ? '' : (page.keys.at(-1)?.name ?? after)
}
