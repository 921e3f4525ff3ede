/** History meets KV: what is found under a name is compared with what should be there, and what follows is decided. */
import { type Key, type Keys, LAG_MS } from '../keys.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { standingOf } from '../ledger/standing.ts'
import type { Found } from '../records.ts'

/**
 * - `current`: nothing is to be done.
 * - `write`: KV is to be given the newest revision.
 * - `wait`: KV lags; it is looked at again.
 * - `journalled`: an edit by hand was made a revision; it is the newest now.
 * - `drifted`: what was found may not be written over, and cannot be made a revision yet.
 */
export type Meeting = 'current' | 'write' | 'wait' | 'journalled' | 'drifted'

export interface Books {
  readonly ledger: Ledger
  readonly keys: Keys
}

/** Decides by docs/decisions/0060, and enters what was decided. */
export function meet({ ledger, keys }: Books, found: Found, key: Key, now: number): Meeting {
  const { name, revision, published, putAt, stoodAt, drifted } = key
  const isPending = revision !== published
  const standing = standingOf(found, key, ledger, now)
  if (standing === 'foreign') {
    // Until our own last write is old, this may be an edit that it overwrote.
    const certainAt = putAt + LAG_MS
    if (!isPending && now >= certainAt) {
      journal({ ledger, keys }, name, found.text, now)
      return 'journalled'
    }
    keys.drift(name, found.text, isPending ? Math.max(certainAt, now + LAG_MS) : certainAt, now)
    return 'drifted'
  }
  if (standing === 'current') {
    if (isPending) ledger.land(name, revision, now)
    keys.confirm(key, now)
    return 'current'
  }
  if (isPending || now >= stoodAt + LAG_MS) {
    if (drifted) keys.wait(name, now)
    return 'write'
  }
  keys.wait(name, stoodAt + LAG_MS)
  return 'wait'
}

/** Makes a revision of an edit by hand, with everything that is known of it. */
export function journal({ ledger, keys }: Books, name: string, text: string | null, now: number): number {
  const revision = ledger.latest() + 1
  const message = text === null ? 'Deleted by hand in KV.' : 'Edited by hand in KV.'
  ledger.add({ revision, name, text, author: null, message, at: now, origin: 'hand' })
  ledger.land(name, revision, now)
  keys.journal(name, revision, now)
  return revision
}
