/** The scan: every so often KV's list is read for keys that somebody else wrote or deleted. KV tells nobody by itself. */
import type { Clock } from '../../core/time/clock.ts'
import type { Keys } from '../keys.ts'
import type { Facts, Scan } from '../ledger/facts.ts'
import { beside, endOf, type Listed } from '../ledger/listing.ts'
import { NAMES_A_READ, type Records } from '../records.ts'
import type { Store } from '../store.ts'
import type { Operations } from './operations.ts'
import type { Publisher } from './publisher.ts'

/** Milliseconds between scans. With this, 288 lists a day for up to 1,000 records: docs/control-plane.md has the cost. */
export const SCAN_MS = 300_000
/** After a list that failed. */
const RETRY_MS = 60_000
/** Values read by one scan, at most: those without a stamp, whose edits no list shows. It goes round. */
const VALUES_A_SCAN = 1_000

export interface Scanner {
  /** Goes on with a scan that is due. */
  scan(operations: Operations): Promise<void>
  /** When there is something to do; `undefined`: never. */
  nextAt(): number | undefined
}

export function scanner(
  store: Store,
  facts: Facts,
  keys: Keys,
  records: Records,
  publisher: Publisher,
  clock: Clock,
  scanMs: number,
): Scanner {
  const nextAt = () => {
    if (facts.get('scan')) return clock.now()
    return scanMs > 0 ? (facts.get('scannedAt') ?? 0) + scanMs : undefined
  }

  function end(at: number): void {
    store.transactionSync(() => {
      facts.set('scan', undefined)
      facts.set('scannedAt', at)
    })
  }

  async function list({ cursor, after }: Scan): Promise<Scan | undefined> {
    const page = await records.page(cursor)
    // A cursor may be too old by now: the next scan begins anew.
    if (!page) return undefined
    return store.transactionSync(() => {
      const suspects = beside(store, page, after).filter(isSuspect)
      keys.look(
        suspects.map(({ name }) => name),
        clock.now(),
      )
      const next = { cursor: page.cursor, after: endOf(page, after), ...(page.cursor ? {} : { valuesRead: 0 }) }
      facts.set('scan', next)
      return next
    })
  }

  /** Reads the next values; `undefined` when all are read that one scan reads. */
  async function read(scan: Scan, operations: Operations): Promise<Scan | undefined> {
    const { valuesRead = 0 } = scan
    const after = valuesRead === 0 ? (facts.get('valuesAfter') ?? '') : scan.after
    const names = unstamped(store, after, Math.min(NAMES_A_READ, VALUES_A_SCAN - valuesRead))
    await publisher.reconcile(names, operations)
    const isEnd = names.length < NAMES_A_READ || valuesRead + names.length >= VALUES_A_SCAN
    const last = names.at(-1) ?? ''
    return store.transactionSync(() => {
      if (isEnd) facts.set('valuesAfter', names.length < NAMES_A_READ ? '' : last)
      else facts.set('scan', { after: last, valuesRead: valuesRead + names.length })
      return isEnd ? undefined : facts.get('scan')
    })
  }

  return {
    nextAt,
    async scan(operations) {
      const at = nextAt()
      if (at === undefined || clock.now() < at) return
      let scan: Scan | undefined = facts.get('scan') ?? { after: '' }
      while (scan && scan.valuesRead === undefined) {
        if (!operations.take()) return
        scan = await list(scan)
        if (!scan) return end(clock.now() - scanMs + Math.min(RETRY_MS, scanMs))
      }
      while (scan) {
        if (operations.left < 1) return
        scan = await read(scan, operations)
      }
      end(clock.now())
    },
  }
}

/** Is what KV lists other than what should be there? What is due anyhow is looked at without that. */
function isSuspect({ key, expected }: Listed): boolean {
  if (!expected) return true
  if (expected.dueAt !== null || expected.revision !== expected.published) return false
  if (!key || !expected.isThere) return (key !== undefined) !== (expected.isThere === 1)
  return key.stamped === undefined ? !expected.cameFromKv : key.stamped !== expected.revision
}

function unstamped({ sql }: Store, after: string, limit: number): string[] {
  const query = `SELECT k.name FROM keys k JOIN revisions r ON r.name = k.name AND r.revision = k.revision
    WHERE k.name > ? AND r.text IS NOT NULL AND r.origin IN ('hand', 'adopt') ORDER BY k.name LIMIT ?`
  return sql
    .exec<{ name: string }>(query, after, limit)
    .toArray()
    .map(({ name }) => name)
}
