/** What history answers: one record, records in order, the past of a name, and where a revision stands. */
import type { Key } from '../keys.ts'
import type { Books } from '../publish/meeting.ts'
import type { Store } from '../store.ts'
import type { Status } from './ledger.ts'
import { paged } from './page.ts'
import type { Place, Revision } from './revision.ts'

/**
 * - `published`: KV holds it.
 * - `publishing`: KV will hold it.
 * - `drifted`: KV holds an edit by hand, which is not written over.
 */
export type State = 'published' | 'publishing' | 'drifted'

export interface Current extends Revision {
  readonly text: string
  readonly state: State
}

export interface Drift {
  readonly name: string
  /** What stands in KV; `null`: nothing. */
  readonly found: string | null
  /** What history has; `null`: no record. */
  readonly text: string | null
  readonly revision: number
  /** When it was first seen, in milliseconds since the epoch. Another edit by hand does not move it. */
  readonly since: number
}

export interface Reads {
  get(name: string): Current | undefined
  /** Records in order of their names: those that begin with `prefix`, after the name `cursor`. */
  list(options?: { prefix?: string; cursor?: string; limit?: number }): { items: Current[]; cursor?: string }
  /** Newest first; `cursor` is the revision before which to go on. Deletions are in it. */
  history(name: string, options?: { cursor?: number; limit?: number }): { items: Revision[]; cursor?: number }
  /** Of all names, newest first, of those that begin with one of `prefixes`; `next` is where to go on. Deletions are in it. */
  changes(options?: ChangesAsked): { items: Revision[]; next?: Place }
  status(revision: number): Status | undefined
  /** The newest revision of all. */
  latest(): number
  /**
   * The newest texts, past KV: for callers that demand a minimum revision. `isReached` says whether history is as far.
   */
  read(names: readonly string[], atLeast: number): Reading
  /** Names under which KV holds an edit by hand that is not in history, in order: those after one. */
  drifted(limit?: number, after?: string): Drift[]
}

export interface ChangesAsked {
  /** Those after it. */
  readonly after?: Place | undefined
  readonly limit?: number | undefined
  readonly prefixes?: readonly string[] | undefined
}

export interface Reading {
  readonly isReached: boolean
  readonly revision: number
  readonly entries: readonly { readonly name: string; readonly text: string | null; readonly revision: number }[]
}

const ITEMS = 100
/** Names read past KV at once: a lookup has nine. */
const NAMES_A_READ = 100
const MOST_ITEMS = 1_000

export function reads({ sql }: Store, { ledger, keys }: Books): Reads {
  return {
    get(name) {
      const newest = ledger.newest(name)
      return isRecord(newest) ? { ...newest, state: stateOf(keys.get(name)) } : undefined
    },
    list({ prefix = '', cursor = '', limit = ITEMS } = {}) {
      const most = within(limit)
      const query = `SELECT r.revision, r.name, r.text, r.author, r.message, r.at, r.origin, k.published, k.drifted
        FROM keys k JOIN revisions r ON r.name = k.name AND r.revision = k.revision
        WHERE k.name > ? AND k.name >= ? AND k.name < ? AND r.text IS NOT NULL ORDER BY k.name LIMIT ?`
      const listed = sql.exec<Listed>(query, cursor, prefix, `${prefix}\u{10ffff}`, most)
      const { items, isEnd } = paged(listed, most)
      const current = items.map(({ published, drifted, ...row }) => ({
        ...row,
        state: stateOf({ revision: row.revision, published, drifted }),
      }))
      const last = items.at(-1)
      return last && !isEnd ? { items: current, cursor: last.name } : { items: current }
    },
    history(name, { cursor = Number.MAX_SAFE_INTEGER, limit = ITEMS } = {}) {
      const most = within(limit)
      const { items, isEnd } = ledger.history(name, cursor, most)
      const last = items.at(-1)
      return last && !isEnd ? { items, cursor: last.revision } : { items }
    },
    changes({ after = { revision: Number.MAX_SAFE_INTEGER, name: '' }, limit = ITEMS, prefixes } = {}) {
      const { items, isEnd } = ledger.changes(after, within(limit), prefixes)
      const last = items.at(-1)
      return last && !isEnd ? { items, next: { revision: last.revision, name: last.name } } : { items }
    },
    status: (revision) => ledger.status(revision),
    latest: () => ledger.latest(),
    read(names, atLeast) {
      const revision = ledger.latest()
      const entries = names.slice(0, NAMES_A_READ).map((name) => {
        const newest = ledger.newest(name)
        return { name, text: newest?.text ?? null, revision: newest?.revision ?? 0 }
      })
      return { isReached: revision >= atLeast, revision, entries }
    },
    drifted(limit = ITEMS, after = '') {
      const query = `SELECT k.name, k.found, k.revision, r.text, k.drifted AS since FROM keys k
        LEFT JOIN revisions r ON r.name = k.name AND r.revision = k.revision WHERE k.drifted <> 0 AND k.name > ? ORDER BY k.name LIMIT ?`
      return sql.exec<Drift & Record<string, string | number | null>>(query, after, within(limit)).toArray()
    },
  }
}

type Listed = Revision & { readonly text: string; readonly published: number; readonly drifted: number }

function isRecord(row: Revision | undefined): row is Revision & { text: string } {
  return row !== undefined && row.text !== null
}

function stateOf({ revision, published, drifted }: Pick<Key, 'revision' | 'published' | 'drifted'>): State {
  if (drifted) return 'drifted'
  return revision === published ? 'published' : 'publishing'
}

function within(limit: number): number {
  return Math.max(1, Math.min(MOST_ITEMS, Math.floor(limit)))
}
