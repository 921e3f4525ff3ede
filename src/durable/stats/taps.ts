/** Who looks at calls now: each tap is asked for what came in, and lives as long as it is asked. Nothing of it is stored. */
import type { Clock } from '../../core/time/clock.ts'
import type { Random } from '../../core/time/random.ts'
import { isTapped, type TapCall, type TapDigest, type TapFilter, type TapOrder } from '../../telemetry/tap/tap.ts'

/** A call, and the isolate that made it. */
export interface TappedCall extends TapCall {
  readonly isolate: string
}

export interface OpenedTap {
  readonly id: string
  /** Milliseconds since the Unix epoch, by the object's clock. */
  readonly at: number
  readonly until: number
  /** Calls a second that an isolate tells, at most. */
  readonly most: number
}

/** What came in since a tap was last asked. */
export interface TapNews {
  readonly calls: readonly TappedCall[]
  /** Calls that were looked for, and had no room: in isolates, or here. */
  readonly leftOut: number
  /** Will nothing more come? */
  readonly isOver: boolean
}

/** At once. */
export const MOST_TAPS = 4
/** Calls that wait to be read. */
const MOST_WAITING = 1_000
/** Calls a second that isolates tell together, and one of them tells, at most. */
const MOST_A_SECOND = 200
const MOST_OF_ONE = 20
/** One that was not asked for so long is over: whoever looked has left. */
const LAPSE_MS = 15_000
/** What isolates noted last comes with the digest that they send within five seconds. */
const LAST_DIGESTS_MS = 7_500

export interface Taps {
  /**
   * Begins one; `undefined` where there are as many as may be.
   *
   * @param isolates that make calls now: the more there are, the fewer calls each of them tells.
   */
  open(filter: TapFilter, forMs: number, isolates: number): OpenedTap | undefined
  /** `undefined`: there is no such tap, or no longer. */
  read(id: string): TapNews | undefined
  close(id: string): void
  /** What an isolate told. */
  take(isolate: string, told: readonly TapDigest[]): void
  /** What isolates are to do; `undefined` where nobody looks. */
  orders(): readonly TapOrder[] | undefined
}

interface Tap extends OpenedTap {
  readonly filter: TapFilter
  askedAt: number
  calls: TappedCall[]
  leftOut: number
}

export function taps(clock: Clock, random: Random): Taps {
  const open = new Map<string, Tap>()

  function prune(now: number): void {
    for (const [id, { until, askedAt }] of open) {
      if (now >= until + LAPSE_MS || now >= askedAt + LAPSE_MS) open.delete(id)
    }
  }

  return {
    open(filter, forMs, isolates) {
      const at = clock.now()
      prune(at)
      if (open.size >= MOST_TAPS) return undefined
      const most = Math.max(1, Math.min(MOST_OF_ONE, Math.floor(MOST_A_SECOND / Math.max(1, isolates))))
      const opened = { id: random.hex(8), at, until: at + forMs, most }
      open.set(opened.id, { ...opened, filter, askedAt: at, calls: [], leftOut: 0 })
      return opened
    },
    read(id) {
      const now = clock.now()
      prune(now)
      const tap = open.get(id)
      if (!tap) return undefined
      const { calls, leftOut, until } = tap
      const isOver = now >= until + LAST_DIGESTS_MS
      Object.assign(tap, { askedAt: now, calls: [], leftOut: 0 })
      if (isOver) open.delete(id)
      return { calls, leftOut, isOver }
    },
    close: (id) => void open.delete(id),
    take(isolate, told) {
      prune(clock.now())
      for (const { id, calls, leftOut } of told) {
        const tap = open.get(id)
        if (!tap) continue
        // Asked again: of an isolate of another version nobody knows by what it chose.
        const tapped = calls.filter((call) => isTapped(tap.filter, call))
        const taken = tapped.slice(0, MOST_WAITING - tap.calls.length)
        tap.calls.push(...taken.map((call) => ({ ...call, isolate })))
        tap.leftOut += leftOut + tapped.length - taken.length
      }
    },
    orders() {
      if (open.size === 0) return undefined
      const now = clock.now()
      prune(now)
      const orders = [...open.values()].flatMap(({ id, filter, until, most }) =>
        now < until ? { id, filter, forMs: until - now, most } : [],
      )
      return orders.length > 0 ? orders : undefined
    },
  }
}
