/** What speaks against an endpoint: plain numbers, kept from its first fault on. */
import type { Verdict } from '../effects.ts'
import type { Streak } from './streak.ts'

export interface Health extends Streak {
  /** Ejections in a row. Above 0 it is out, until a success readmits it. */
  ejections: number
  /** When it was last ejected or readmitted, in milliseconds since the epoch; 0 where it never was. */
  since: number
  /** What it was last ejected for; `nothing` where it never was. */
  because: Verdict
  /** While it is out: until when it is left alone. From then on one request at a time probes it. */
  until: number
  /** When the probe under way was sent; 0 where there is none. */
  probeAt: number
  /** Until when that probe is waited for. */
  probeUntil: number
}

/** Nothing but a first fault speaks against it so far. */
export function health(): Health {
  return {
    length: 0,
    faults: 0,
    sources: undefined,
    ejections: 0,
    since: 0,
    because: 'nothing',
    until: 0,
    probeAt: 0,
    probeUntil: 0,
  }
}

/** Is it ejected? */
export function isOut({ ejections }: Health): boolean {
  return ejections > 0
}
