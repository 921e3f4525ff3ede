/** The ledger: every revision of every name, in one sequence, only ever added to. */

import type { SqlValue, Store } from '../store.ts'
import { type Paged, paged } from './page.ts'
import type { Revision } from './revision.ts'

const COLUMNS = 'revision, name, text, author, message, at, origin'

/** Where a revision stands. */
export type Status = {
  readonly revision: number
  readonly author: string | null
  readonly message: string
  readonly at: number
  readonly origin: Revision['origin']
  /** Names that it wrote, and how many of them KV does not hold yet, in this state or a newer one. */
  readonly names: number
  readonly waiting: number
  /** When the last of them came to stand in KV; `null` while one is waited for. */
  readonly publishedAt: number | null
}

export interface Ledger {
  /** The newest revision of all; 0 where there is none. */
  latest(): number
  row(name: string, revision: number): Revision | undefined
  newest(name: string): Revision | undefined
  /** Was this text once found in KV under the name, written by hand? */
  wasFound(name: string, text: string): boolean
  add(row: Revision): void
  /** KV holds this revision of the name, or a newer one. */
  land(name: string, revision: number, now: number): void
  /** Newest first, those before a revision. */
  history(name: string, before: number, limit: number): Paged<Revision>
  /** Of all names, newest first; those of one revision in order of their names. */
  changes(after: { revision: number; name: string }, limit: number, prefixes?: readonly string[]): Paged<Revision>
  status(revision: number): Status | undefined
  /** All rows in order, those after one. */
  rows(after: { revision: number; name: string }, limit: number): Paged<Revision>
  /** What was entered under one revision is under another from now on. */
  renumber(from: number, to: number): void
}

export function ledger({ sql }: Store): Ledger {
  const select = (rest: string, ...values: SqlValue[]) =>
    sql.exec<Revision>(`SELECT ${COLUMNS} FROM revisions ${rest}`, ...values)
  const one = (rest: string, ...values: SqlValue[]) => select(rest, ...values).toArray()[0]
  return {
    latest() {
      const [row] = sql.exec<{ latest: number | null }>('SELECT MAX(revision) AS latest FROM revisions').toArray()
      return row?.latest ?? 0
    },
    row: (name, revision) => one('WHERE name = ? AND revision = ?', name, revision),
    newest: (name) => one('WHERE name = ? ORDER BY revision DESC LIMIT 1', name),
    wasFound(name, text) {
      const found = `SELECT 1 AS found FROM revisions WHERE name = ? AND origin IN ('hand', 'adopt') AND text = ? LIMIT 1`
      return sql.exec(found, name, text).toArray().length > 0
    },
    add({ revision, name, text, author, message, at, origin }) {
      const insert = `INSERT OR REPLACE INTO revisions (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)`
      sql.exec(insert, revision, name, text, author, message, at, origin)
    },
    land(name, revision, now) {
      const update = 'UPDATE revisions SET landedAt = ? WHERE name = ? AND revision <= ? AND landedAt IS NULL'
      sql.exec(update, now, name, revision)
    },
    history: (name, before, limit) =>
      paged(select('WHERE name = ? AND revision < ? ORDER BY revision DESC LIMIT ?', name, before, limit), limit),
    changes({ revision, name }, limit, prefixes) {
      // One binding for all of them: a token may have a hundred, and so many bindings are all that a query may have.
      const within = 'EXISTS (SELECT 1 FROM json_each(?) WHERE name >= value AND name < value || char(0x10ffff))'
      const query = `WHERE revision <= ? AND (revision < ? OR name > ?) AND (? IS NULL OR ${within}) ORDER BY revision DESC, name LIMIT ?`
      const listed = prefixes ? JSON.stringify(prefixes) : null
      return paged(select(query, revision, revision, name, listed, listed, limit), limit)
    },
    status(revision) {
      const query = `SELECT revision, author, message, at, origin, COUNT(*) AS names, COUNT(*) - COUNT(landedAt) AS waiting,
        MAX(landedAt) AS publishedAt FROM revisions WHERE revision = ? GROUP BY revision`
      const [status] = sql.exec<Status>(query, revision).toArray()
      return status && { ...status, publishedAt: status.waiting > 0 ? null : status.publishedAt }
    },
    rows: ({ revision, name }, limit) =>
      paged(select('WHERE (revision, name) > (?, ?) ORDER BY revision, name LIMIT ?', revision, name, limit), limit),
    renumber(from, to) {
      sql.exec('UPDATE revisions SET revision = ? WHERE revision = ?', to, from)
    },
  }
}
