/** What a value in KV is to history: what should be there, something older, or something that nobody here wrote. */
import { type Key, LAG_MS } from '../keys.ts'
import type { Found } from '../records.ts'
import type { Ledger } from './ledger.ts'
import { cameFromKv } from './revision.ts'

/**
 * - `current`: the newest revision.
 * - `known`: an older one, or none where there was none: KV lags, or a write was lost. Nothing goes lost if it is written over.
 * - `foreign`: written, or deleted, by somebody else.
 */
export type Standing = 'current' | 'known' | 'foreign'

export function standingOf({ text, stamped }: Found, key: Key, ledger: Ledger, now: number): Standing {
  const { name, revision, published, stoodAt } = key
  const newest = ledger.row(name, revision)
  const newestText = newest?.text ?? null
  if (text === newestText && (text === null || stamped === revision || (newest && cameFromKv(newest)))) return 'current'
  // The same text with another stamp: it lacks ours.
  if (text === newestText || text === (ledger.row(name, published)?.text ?? null)) return 'known'
  if (text !== null && stamped !== undefined && ledger.row(name, stamped)?.text === text) return 'known'
  // Without a stamp an old state looks as it did when it was young: only time tells lag from an edit.
  const mayLag = now < stoodAt + LAG_MS && (text === null || ledger.wasFound(name, text))
  return mayLag ? 'known' : 'foreign'
}
