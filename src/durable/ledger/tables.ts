/** The tables of the registry's object: what was written, where KV stands, and how far long work has come. */
import type { Store } from '../store.ts'

/**
 * - `revisions`: one row for each name of a revision, never changed but for `landedAt`: since when KV holds it or a newer one.
 * - `keys`: one row a name. `revision` is the newest in history, `published` the one that KV is known to have taken (0: none);
 *   `putAt` is when this object last wrote the key, `stoodAt` when the key last changed as far as is known; at `dueAt` it is looked at;
 *   `drifted` is since when KV is known to hold an edit by hand, `found`, that was not decided on (0: it does not).
 * - `facts`: the rest, as JSON.
 */
export function makeTables({ sql }: Store): void {
  sql.exec(`
    CREATE TABLE IF NOT EXISTS revisions (
      name TEXT NOT NULL, revision INTEGER NOT NULL, text TEXT, author TEXT, message TEXT NOT NULL,
      at INTEGER NOT NULL, origin TEXT NOT NULL, landedAt INTEGER, PRIMARY KEY (name, revision));
    CREATE INDEX IF NOT EXISTS revisionsInOrder ON revisions (revision, name);
    CREATE TABLE IF NOT EXISTS keys (
      name TEXT PRIMARY KEY, revision INTEGER NOT NULL, published INTEGER NOT NULL, putAt INTEGER NOT NULL DEFAULT 0,
      stoodAt INTEGER NOT NULL DEFAULT 0, dueAt INTEGER, failures INTEGER NOT NULL DEFAULT 0,
      drifted INTEGER NOT NULL DEFAULT 0, found TEXT);
    CREATE INDEX IF NOT EXISTS keysDue ON keys (dueAt) WHERE dueAt IS NOT NULL;
    CREATE TABLE IF NOT EXISTS facts (fact TEXT PRIMARY KEY, value TEXT NOT NULL);
  `)
}
