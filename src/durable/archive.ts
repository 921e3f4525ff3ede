/** The archive: a history is carried from one object to another, page by page. */
import type { By } from './ledger/change.ts'
import type { Facts } from './ledger/facts.ts'
import type { Ledger } from './ledger/ledger.ts'
import type { Place, Revision } from './ledger/revision.ts'
import type { Store } from './store.ts'

/** Rows of a page, at most. */
const ROWS_A_PAGE = 500

export interface Archive {
  /** The rows after a place, and the place to go on from; without it that was the end. */
  export(after?: Place, limit?: number): { rows: Revision[]; next?: Place }
  /**
   * Takes a page of rows in. The first one ends the object's service until {@link Archive.restored}; a page may come twice.
   *
   * @throws {TypeError} when something was written here already: two histories are not mixed.
   */
  restore(rows: readonly Revision[]): void
  /**
   * All pages are in. KV is adopted anew: where it differs from the history, what stands in KV becomes a revision. With
   * `'history'` what the history held last is then written over that, as a revision of origin `restore`.
   */
  restored(truth: 'kv' | 'history', by: By): void
}

/** @param arm is called in the transaction that ends a restoring: there is work to do. */
export function archive(store: Store, facts: Facts, ledger: Ledger, arm: () => void): Archive {
  const { sql } = store
  return {
    export(after = { revision: 0, name: '' }, limit = ROWS_A_PAGE) {
      const { items: rows, isEnd } = ledger.rows(after, Math.min(limit, ROWS_A_PAGE))
      const last = rows.at(-1)
      return last && !isEnd ? { rows, next: { revision: last.revision, name: last.name } } : { rows }
    },
    restore(rows) {
      store.transactionSync(() => {
        if (!facts.get('restoring')) {
          const [own] = sql
            .exec<{ revision: number }>(`SELECT revision FROM revisions WHERE origin <> 'adopt' LIMIT 1`)
            .toArray()
          if (own)
            throw unfit(`Revision ${own.revision} was made here: a history is restored into an object without one.`)
          sql.exec('DELETE FROM revisions')
          sql.exec('DELETE FROM keys')
          facts.set('adoption', undefined)
          facts.set('scan', undefined)
          facts.set('restoring', true)
        }
        for (const row of rows) ledger.add(row)
      })
    },
    restored(truth, { author, message = 'Restored from an export.' }) {
      store.transactionSync(() => {
        if (!facts.get('restoring')) throw unfit('No history is being restored.')
        sql.exec('UPDATE revisions SET landedAt = at WHERE landedAt IS NULL')
        sql.exec(`INSERT INTO keys (name, revision, published)
          SELECT name, MAX(revision), MAX(revision) FROM revisions GROUP BY name`)
        facts.set('restoring', undefined)
        const start = { isDone: false, revision: ledger.latest() + 1, highest: 0, after: '' }
        facts.set('adoption', truth === 'kv' ? start : { ...start, restoredBy: { author, message } })
        arm()
      })
    },
  }
}

/** What says so survives a call over RPC: its `code`. */
export const UNFIT = 'unfit'

function unfit(message: string): TypeError {
  return Object.assign(new TypeError(message), { code: UNFIT })
}
