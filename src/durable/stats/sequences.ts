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
/**
 * Rows that they are kept in, by the first digit of their names. A row costs the same whatever is in it, and a thousand isolates
 * tell something every few seconds: a row for each would cost ten times what the digests do (docs/observability.md, What it costs).
 */
const ROWS = 16

/** Of a function its name stands behind that of the isolate: so nobody can use up the numbers of an isolate of somebody else. */
export function isolateOf(isolate: string, caller: string): string {
  return `${isolate} ${caller}`
}

export interface Sequences {
  /** Is it new? Then it is taken. */
  take(isolate: string, sequence: number, now: number): boolean
  /** Writes what was taken since the last time. Within a transaction. */
  flush(now: number): void
  /** Isolates that were heard of since; of all, or of the mesh's Worker alone. */
  heardSince(at: number, ofMesh?: boolean): number
}

/** As an isolate stands in a row. */
type Written = readonly [isolate: string, last: number, bits: number, at: number]

export function sequences({ sql }: Store): Sequences {
  let read: Map<string, Taken & { readonly at: number }> | undefined
  const changed = new Set<number>()

  /** All that are known: read once in an object's life, and kept up from there. */
  function known(): Map<string, Taken & { readonly at: number }> {
    if (read) return read
    const rows = sql.exec<{ heard: string }>('SELECT heard FROM isolates').toArray()
    const all = rows.flatMap(({ heard }) => JSON.parse(heard) as Written[])
    read = new Map(all.map(([isolate, last, bits, at]) => [isolate, { last, bits, at }]))
    return read
  }

  function forget(isolate: string): void {
    known().delete(isolate)
    changed.add(rowOf(isolate))
  }

  return {
    take(isolate, sequence, now) {
      const next = taking(known().get(isolate), sequence)
      if (!next) return false
      known().set(isolate, { ...next, at: now })
      changed.add(rowOf(isolate))
      return true
    },
    flush(now) {
      for (const [isolate, { at }] of known()) if (at < now - FORGET_MS) forget(isolate)
      if (known().size > MOST) {
        const byAge = [...known()].sort(([, one], [, other]) => one.at - other.at)
        for (const [isolate] of byAge.slice(0, byAge.length - MOST)) forget(isolate)
      }
      const rows = new Map([...changed].map((row) => [row, [] as Written[]]))
      for (const [isolate, { last, bits, at }] of known()) rows.get(rowOf(isolate))?.push([isolate, last, bits, at])
      for (const [row, heard] of rows)
        sql.exec('INSERT OR REPLACE INTO isolates (row, heard) VALUES (?, ?)', row, JSON.stringify(heard))
      changed.clear()
    },
    heardSince(since, ofMesh = false) {
      let heard = 0
      for (const [isolate, { at }] of known()) if (at >= since && !(ofMesh && isolate.includes(' '))) heard += 1
      return heard
    },
  }
}

function rowOf(isolate: string): number {
  const digit = Number.parseInt(isolate.slice(0, 1), ROWS)
  return Number.isNaN(digit) ? 0 : digit
}
