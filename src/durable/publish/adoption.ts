/** Adoption: what stands in KV when an object is made becomes one revision, page by page. */
import type { Clock } from '../../core/time/clock.ts'
import type { Adoption, Facts } from '../ledger/facts.ts'
import { beside, endOf } from '../ledger/listing.ts'
import { standingOf } from '../ledger/standing.ts'
import { type Found, NAMES_A_READ, type Records } from '../records.ts'
import type { Store } from '../store.ts'
import type { Books } from './meeting.ts'
import type { Operations } from './operations.ts'

/** A page of the list, and the values of its thousand names. */
const OPERATIONS_A_PAGE = 11
const RETRY_MS = 5_000

export interface Adopter {
  readonly isDone: boolean
  /** Goes on with it, for as many operations as there are. */
  adopt(operations: Operations): Promise<void>
  nextAt(): number | undefined
}

export function adopter(store: Store, facts: Facts, books: Books, records: Records, clock: Clock): Adopter {
  const { ledger, keys } = books
  const begun = (): Adoption =>
    facts.get('adoption') ?? { isDone: false, revision: ledger.latest() + 1, highest: 0, after: '' }

  /** Enters what was found, unless history has it: an older revision of its own in KV is lag here, too. */
  function enter(name: string, found: Found, revision: number): void {
    const now = clock.now()
    const isOwn = found.stamped !== undefined && ledger.row(name, found.stamped)?.text === found.text
    if (isOwn || standingOf(found, keys.get(name), ledger, now) === 'current') return
    const message = 'Adopted as it stood in KV.'
    ledger.add({ revision, name, text: found.text, author: null, message, at: now, origin: 'adopt' })
    ledger.land(name, revision, now)
    keys.journal(name, revision, now)
  }

  /** A page of the list, its values by the hundred. What was entered before a kill, or before KV failed (`false`), is not entered again. */
  async function adoptPage(progress: Adoption, operations: Operations): Promise<boolean> {
    operations.take()
    const page = await records.page(progress.cursor)
    if (!page) return false
    const names = page.keys.map(({ name }) => name)
    for (let from = 0; from < names.length; from += NAMES_A_READ) {
      operations.take()
      const found = await records.read(names.slice(from, from + NAMES_A_READ))
      if (!found) return false
      store.transactionSync(() => {
        for (const [name, each] of found) if (each.text !== null) enter(name, each, progress.revision)
      })
    }
    store.transactionSync(() => {
      const unlisted = beside(store, page, progress.after).filter(({ key }) => !key)
      for (const { name } of unlisted) enter(name, { text: null, stamped: undefined }, progress.revision)
      const stamps = page.keys.map(({ stamped = 0 }) => stamped)
      const highest = stamps.reduce((most, stamp) => Math.max(most, stamp), progress.highest)
      const next = { ...progress, highest, cursor: page.cursor, after: endOf(page, progress.after), retryAt: undefined }
      if (page.cursor === undefined) finish(next)
      else facts.set('adoption', next)
    })
    return true
  }

  /** No revision that is written from now on may be taken for one that another object stamped. */
  function finish(progress: Adoption): void {
    const revision = Math.max(progress.revision, progress.highest + 1)
    if (revision !== progress.revision) {
      ledger.renumber(progress.revision, revision)
      const renumber = 'UPDATE keys SET revision = ?, published = ? WHERE revision = ?'
      store.sql.exec(renumber, revision, revision, progress.revision)
    }
    if (progress.restoredBy) writeOver(revision, progress.restoredBy)
    facts.set('adoption', { ...progress, revision, isDone: true })
    facts.set('scannedAt', clock.now())
  }

  /** What history held last is the newest again, wherever KV had something else. */
  function writeOver(adopted: number, by: { author: string | null; message: string }): void {
    const query = `SELECT a.name, (SELECT text FROM revisions b WHERE b.name = a.name AND b.revision < a.revision
      ORDER BY b.revision DESC LIMIT 1) AS text FROM revisions a WHERE a.revision = ?
      AND EXISTS (SELECT 1 FROM revisions c WHERE c.name = a.name AND c.revision < a.revision)`
    const now = clock.now()
    for (const { name, text } of store.sql.exec<{ name: string; text: string | null }>(query, adopted).toArray()) {
      ledger.add({ revision: adopted + 1, name, text, ...by, at: now, origin: 'restore' })
      keys.append(name, adopted + 1, now)
    }
  }

  const isDone = () => facts.get('adoption')?.isDone === true
  return {
    get isDone() {
      return isDone()
    },
    nextAt: () => (isDone() || facts.get('restoring') ? undefined : (facts.get('adoption')?.retryAt ?? clock.now())),
    async adopt(operations) {
      while (!isDone() && !facts.get('restoring') && operations.left >= OPERATIONS_A_PAGE) {
        const progress = begun()
        if (progress.retryAt !== undefined && clock.now() < progress.retryAt) return
        // The number must be the same if another one goes on with it.
        facts.set('adoption', progress)
        // After a failure from the first page on: a cursor may be too old by then.
        if (!(await adoptPage(progress, operations)))
          facts.set('adoption', { ...progress, cursor: undefined, after: '', retryAt: clock.now() + RETRY_MS })
      }
    },
  }
}
