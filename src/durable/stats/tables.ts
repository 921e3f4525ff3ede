/** The tables of the object that sums up what isolates tell. */
import type { Store } from '../store.ts'

/**
 * - `isolates`: sixteen rows: which digests of each isolate were taken (`sequences.ts`).
 * - `numbers`: one row for each service and step of time (`number-book.ts`).
 * - `totals`: one row for each service: what was ever counted.
 * - `shapes`: one row for each shape and ten minutes in which it was seen (`shape-book.ts`).
 */
export function makeTables({ sql }: Store): void {
  sql.exec(`
    CREATE TABLE IF NOT EXISTS isolates (row INTEGER PRIMARY KEY, heard TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS numbers (
      step INTEGER NOT NULL, slot INTEGER NOT NULL, service TEXT NOT NULL, numbers TEXT NOT NULL,
      PRIMARY KEY (step, slot, service)) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS totals (service TEXT PRIMARY KEY, numbers TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS shapes (
      shape TEXT NOT NULL, slot INTEGER NOT NULL, service TEXT NOT NULL, requests REAL NOT NULL, samples INTEGER NOT NULL,
      bytes INTEGER NOT NULL, lastAt INTEGER NOT NULL, PRIMARY KEY (shape, slot)) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS shapesByAge ON shapes (slot, lastAt);
  `)
}
