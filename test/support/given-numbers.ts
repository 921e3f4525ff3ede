/** Calls that ended, told to the stats object as an isolate tells them. */
import type { Outcome } from '../../src/core/outcome.ts'
import { type AccessNote, attemptNote, receipt } from '../../src/core/receipt.ts'
import type { StatsEngine } from '../../src/durable/stats/stats-engine.ts'
import type { Learned } from '../../src/telemetry/learned.ts'
import { type CallEnd, numbers } from '../../src/telemetry/numbers/numbers.ts'

export interface GivenCall extends Partial<Pick<CallEnd, 'service' | 'caller' | 'outcome' | 'error' | 'tookMs'>> {
  /** How many such calls. Default 1. */
  readonly times?: number
  readonly rule?: string
  /** What records on the way said of the caller. */
  readonly access?: readonly Pick<AccessNote, 'record' | 'rule' | 'effect' | 'mode'>[]
  /** Each attempt's endpoint and outcome. Default: one, at `eu`, that ends as the call does; none of a call that was rejected. */
  readonly attempts?: readonly (readonly [endpoint: string, outcome: Outcome, tookMs?: number])[]
}

/** One digest with all of them. */
export function tellCalls(
  stats: StatsEngine,
  calls: readonly GivenCall[],
  isolate = 'one',
  sequence = 1,
  learned?: Learned,
): void {
  const counted = numbers()
  for (const {
    times = 1,
    service = 'users',
    outcome = 'success',
    tookMs = 10,
    rule,
    access,
    attempts,
    ...rest
  } of calls) {
    const noted = receipt()
    noted.rule = rule
    noted.access = access?.map((note) => ({ proof: 'binding', ...note }))
    const one = outcome === 'rejected' ? [] : [['eu', outcome] as const]
    noted.attempts = (attempts ?? one).map(([endpoint, ended, took = tookMs], index) => ({
      ...attemptNote(index + 1, endpoint, 0),
      outcome: ended,
      tookMs: took,
    }))
    const call = { caller: undefined, error: undefined, ...rest, service, outcome, tookMs, receipt: noted }
    for (let time = 0; time < times; time++) counted.count(call)
  }
  stats.digest({ isolate, sequence, numbers: counted.take(), learned })
}
