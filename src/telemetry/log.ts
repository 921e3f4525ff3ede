/** The log of a mesh: JSON lines on the console, or entries for a sink; of each kind one a second at most. */

import type { Log, LogEntry, LogLevel } from '../core/log.ts'
import { type Lru, lru } from '../core/lru.ts'
import { withoutUserinfo } from '../core/text/userinfo.ts'
import type { Clock } from '../core/time/clock.ts'

/** An entry as it is written. */
export interface LogLine extends LogEntry {
  /** When it happened (ISO 8601, UTC). */
  readonly at: string
  /** Entries of the same kind that were left out since the last one, where there were any. */
  readonly leftOut?: number | undefined
}

/** Where the log goes: to the console from this level on, nowhere, or into a function that is told of all levels and must not throw. */
export type LogTo = LogLevel | 'off' | ((line: LogLine) => void)

/** From nothing to everything. */
const LOG_LEVELS = ['off', 'error', 'warn', 'info'] as const

/** Of each kind at most one in so many milliseconds. */
const GAP_MS = 1000
/** Kinds remembered. */
const KINDS = 1000
/** Characters of a message, or of a stack. */
const TEXT = 1000

interface Told {
  readonly at: number
  leftOut: number
}

/** @throws {TypeError} for what is neither a level nor a function. */
export function meshLog(to: LogTo, clock: Clock): Log {
  const write = typeof to === 'function' ? to : print
  const most = typeof to === 'function' ? LOG_LEVELS.length : LOG_LEVELS.indexOf(to)
  if (most < 0) throw new TypeError(`log is ${LOG_LEVELS.join(', ')}, or a function; got ${JSON.stringify(to)}.`)
  const kinds: Lru<string, Told> = lru(KINDS)
  return function log(entry) {
    if (LOG_LEVELS.indexOf(entry.level) > most) return
    const now = clock.now()
    // Not by the name that was called, nor by the trace: strangers choose those.
    const kind = [entry.event, entry.code, entry.key, entry.endpoint, callerOf(entry)].join()
    const told = kinds.get(kind)
    // A request's clock may be behind that of the last one.
    if (told && Math.abs(now - told.at) < GAP_MS) {
      told.leftOut += 1
      return
    }
    kinds.set(kind, { at: now, leftOut: 0 })
    const { message, stack } = entry
    const at = new Date(now).toISOString()
    write({ at, ...entry, message: cut(message), stack: cut(stack), leftOut: told?.leftOut || undefined })
  }
}

/** Who would be denied is what the line is read for. A caller's name is known for certain: strangers have none. */
function callerOf({ event, caller }: LogEntry): string | undefined {
  return event === 'would_deny' ? caller : undefined
}

/** Writes a line to the console, whatever else was written in this second. */
export function print(line: LogLine): void {
  console[line.level](JSON.stringify({ from: 'selvedge', ...line }))
}

function cut(text: string | undefined): string | undefined {
  return text && withoutUserinfo(text).slice(0, TEXT)
}
