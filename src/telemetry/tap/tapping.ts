/** Taps in an isolate: while somebody looks, calls are noted up to a rate, and told in the next digest. Nothing is left of one that is over. */

import type { MeshErrorCode } from '../../core/errors.ts'
import type { Receipt } from '../../core/receipt.ts'
import { plainPath } from '../../core/text/path.ts'
import type { Clock } from '../../core/time/clock.ts'
import type { CallOutcome } from '../numbers/numbers-digest.ts'
import { maskedPath } from '../shape/masked-path.ts'
import { isTapped, type TapCall, type TapDigest, type TapOrder } from './tap.ts'

/** A call that has ended. */
export interface TapSight {
  readonly calledAt: number
  readonly service: string
  readonly caller: string | undefined
  readonly method: string
  /** Path and query. */
  readonly path: string
  readonly status: number | undefined
  readonly outcome: CallOutcome
  readonly error: MeshErrorCode | undefined
  readonly tookMs: number
  readonly traceId: string | undefined
  readonly receipt: Receipt
}

export interface Tapping {
  /** Does anybody look? */
  readonly isOn: boolean
  see(sight: TapSight): void
  /** What the object wants now, in place of what it wanted before. */
  obey(orders: readonly TapOrder[]): void
  /** What was noted since it was last taken; `undefined` where nothing was. */
  take(): readonly TapDigest[] | undefined
}

/** Calls of one digest and tap, taps, attempts of a call, and characters of a path and of a method, at most. */
const MOST_CALLS = 200
const MOST_TAPS = 4
const MOST_ATTEMPTS = 10
const PATH = 512
const METHOD = 16

interface Tap extends TapOrder {
  readonly until: number
  calls: TapCall[]
  leftOut: number
  /** The second that is counted, and how many calls it had. */
  second: number
  inSecond: number
}

export function tapping(clock: Clock): Tapping {
  let taps: Tap[] = []

  const hasRoom = (tap: Tap, now: number): boolean => {
    const second = Math.floor(now / 1000)
    if (second !== tap.second) Object.assign(tap, { second, inSecond: 0 })
    tap.inSecond += 1
    return tap.inSecond <= tap.most && tap.calls.length < MOST_CALLS
  }
  const made = (order: TapOrder, now: number): Tap => {
    const { calls = [], leftOut = 0, second = 0, inSecond = 0 } = taps.find(({ id }) => id === order.id) ?? {}
    return { ...order, until: now + order.forMs, calls, leftOut, second, inSecond }
  }

  return {
    get isOn() {
      return taps.length > 0
    },
    see(sight) {
      const now = clock.now()
      taps = taps.filter(({ until }) => now < until)
      if (taps.length === 0) return
      const call = callOf(sight)
      for (const tap of taps) {
        if (!isTapped(tap.filter, call)) continue
        if (hasRoom(tap, now)) tap.calls.push(call)
        else tap.leftOut += 1
      }
    },
    obey(orders) {
      const now = clock.now()
      taps = orders.slice(0, MOST_TAPS).map((order) => made(order, now))
    },
    take() {
      const told = taps.flatMap(({ id, calls, leftOut }) => (calls.length + leftOut > 0 ? { id, calls, leftOut } : []))
      const now = clock.now()
      taps = taps.filter(({ until }) => now < until)
      for (const tap of taps) Object.assign(tap, { calls: [], leftOut: 0 })
      return told.length > 0 ? told : undefined
    },
  }
}

function callOf({ calledAt, method, path, receipt, ...told }: TapSight): TapCall {
  return {
    at: calledAt,
    ...told,
    method: method.slice(0, METHOD),
    path: shownPath(path),
    attempts: receipt.attempts
      .slice(0, MOST_ATTEMPTS)
      .map(({ endpoint, outcome, tookMs }) => ({ endpoint, outcome, tookMs })),
    rule: receipt.rule,
  }
}

/** Without the query, masked; a long one is cut at a slash, for a part of an id would not look like one. */
export function shownPath(asked: string): string {
  const [path = ''] = plainPath(asked).split('?', 1)
  return maskedPath(path.length > PATH ? path.slice(0, path.lastIndexOf('/', PATH)) : path, new Set(), false)
}
