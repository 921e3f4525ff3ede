/** Which digests of each isolate were taken: one that comes twice counts once, one that comes late still counts. */
import type { Store } from '../store.ts'

/** What was taken of one isolate: the highest number, and a bit for each of the 32 up to it. */
export interface Taken {
  readonly last: number
  readonly bits: number
}

/** How far a digest may come behind a later one of its isolate. */
export const WINDOW = 32

/** With this number taken too; `undefined` where it was taken before, or comes too late to tell. */
export function taking(taken: Taken | undefined, sequence: number): Taken | undefined {
  if (!taken) return { last: sequence, bits: 1 }
  const ahead = sequence - taken.last
  if (ahead > 0) return { last: sequence, bits: ahead >= WINDOW ? 1 : ((taken.bits << ahead) | 1) >>> 0 }
  const bit = 2 ** -ahead
  if (-ahead >= WINDOW || Math.floor(taken.bits / bit) % 2 === 1) return undefined
  return { last: taken.last, bits: taken.bits + bit }
}

/** An isolate that was not heard of for so long is forgotten: it is gone. */
const FORGET_MS = 3_600_000
/** Isolates known, at most. */
const MOST = 20_000

export interface Sequences {
  /** Is it new? Then it is taken. */
  take(isolate: string, sequence: number, now: number): boolean
  /** Writes what was taken since the last time. Within a transaction. */
  flush(now: number): void
  /** Isolates that were heard of since. */
  heardSince(at: number): number
}

export function sequences({ sql }: Store): Sequences {
  const fresh = new Map<string, Taken & { at: number }>()
  const known = (isolate: string) =>
    fresh.get(isolate) ??
    sql.exec<{ last: number; bits: number }>('SELECT last, bits FROM isolates WHERE isolate = ?', isolate).toArray()[0]

  return {
    take(isolate, sequence, now) {
      const next = taking(known(isolate), sequence)
      if (next) fresh.set(isolate, { ...next, at: now })
      return next !== undefined
    },
    flush(now) {
      for (const [isolate, { last, bits, at }] of fresh) {
        sql.exec(
          'INSERT OR REPLACE INTO isolates (isolate, last, bits, at) VALUES (?, ?, ?, ?)',
          isolate,
          last,
          bits,
          at,
        )
      }
      fresh.clear()
      sql.exec('DELETE FROM isolates WHERE at < ?', now - FORGET_MS)
      sql.exec(
        'DELETE FROM isolates WHERE isolate IN (SELECT isolate FROM isolates ORDER BY at DESC LIMIT -1 OFFSET ?)',
        MOST,
      )
    },
    heardSince(at) {
      return (
        sql.exec<{ count: number }>('SELECT COUNT(*) AS count FROM isolates WHERE at >= ?', at).toArray()[0]?.count ?? 0
      )
    },
  }
}
