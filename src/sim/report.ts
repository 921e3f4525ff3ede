/** What came of a scenario: figures of one run. */
import type { Ledger } from './ledger.ts'
import type { Scenario } from './scenario.ts'

export interface Report {
  readonly scenario: string
  readonly contender: string
  readonly seed: number
  readonly users: {
    /** Those who came after the warm-up. */
    readonly came: number
    /** The share of them that was served in time, 0 to 1. */
    readonly success: number
    /** The same of those who came while something was wrong. */
    readonly successDuringFault: number
    /** Milliseconds that half of them waited; `null` where so many were not served. */
    readonly p50Ms: number | null
    readonly p99Ms: number | null
  }
  /** Attempts that reached the leaf. 1 is what users alone would cause. */
  readonly load: {
    /** Attempts a second that are 1. */
    readonly base: number
    readonly perSecond: readonly number[]
    readonly meanDuringFault: number
    /** In one second of the fault or after it. */
    readonly peak: number
  }
  /**
   * Seconds from the end of the fault to the first of five in a row that serve 99 % of their users; `null` where there
   * are none.
   */
  readonly recoverySeconds: number | null
  /** Of the leaf. */
  readonly endpoints: readonly {
    /** Its share of the attempts during the fault, 0 to 1. */
    readonly shareDuringFault: number
    readonly attemptsPerSecond: readonly number[]
  }[]
  /** Of users who say who they are. */
  readonly keys: {
    readonly came: number
    /** Those whom the first endpoint had before anything was edited, and another one since. */
    readonly movedBack: number
  }
}

const RECOVERED_SECONDS = 5
const RECOVERED_SUCCESS = 0.99

export function reportOf(scenario: Scenario, contender: string, seed: number, book: Ledger): Report {
  const { warmUpMs = 0, durationMs } = scenario
  const first = warmUpMs / 1000
  const last = durationMs / 1000
  const [from, to] = faultSeconds(scenario)
  const base = scenario.users.perSecond * callsOf(scenario, scenario.users.call)
  const perSecond = book.load.slice(0, last).map((attempts) => round(attempts / base))
  const waits = book.waits
    .slice(first, last)
    .flat()
    .sort((one, other) => one - other)
  const attempts = sum(book.load, from, to)
  return {
    scenario: scenario.name,
    contender,
    seed,
    users: {
      came: sum(book.came, first, last),
      success: sum(book.served, first, last) / sum(book.came, first, last),
      successDuringFault: sum(book.served, from, to) / sum(book.came, from, to),
      p50Ms: quantile(waits, 0.5),
      p99Ms: quantile(waits, 0.99),
    },
    load: {
      base,
      perSecond,
      meanDuringFault: attempts / (to - from) / base,
      peak: Math.max(...perSecond.slice(from)),
    },
    recoverySeconds: recovery(book, to, last),
    endpoints: book.loadOf.map((load) => ({
      shareDuringFault: sum(load, from, to) / attempts,
      attemptsPerSecond: load.slice(0, last),
    })),
    keys: { came: book.visits.size, movedBack: movedBack(scenario, book) },
  }
}

/** The seconds from the first fault's beginning to the last one's end; all that count, where there is none. */
export function faultSeconds({ faults = [], warmUpMs = 0, durationMs }: Scenario): readonly [number, number] {
  if (faults.length === 0) return [warmUpMs / 1000, durationMs / 1000]
  const from = Math.min(...faults.map(({ fromMs }) => fromMs))
  const to = Math.min(durationMs, Math.max(...faults.map(({ toMs }) => toMs)))
  return [Math.floor(from / 1000), Math.ceil(to / 1000)]
}

/** Calls of the leaf that one call of a service makes when nothing fails. */
function callsOf({ services, leaf }: Scenario, name: string): number {
  if (name === leaf) return 1
  const service = services[name]
  if (!service || !('calls' in service)) return 0
  return service.calls.reduce((calls, next) => calls + callsOf({ services, leaf } as Scenario, next), 0)
}

function recovery({ came, served }: Ledger, from: number, last: number): number | null {
  const isGood = (second: number) => (served[second] as number) >= RECOVERED_SUCCESS * (came[second] as number)
  for (let second = from; second + RECOVERED_SECONDS <= last; second++) {
    let good = 0
    while (good < RECOVERED_SECONDS && isGood(second + good)) good++
    if (good === RECOVERED_SECONDS) return second - from
  }
  return null
}

function movedBack({ edits = [], durationMs }: Scenario, { visits }: Ledger): number {
  const editedAt = Math.min(durationMs, ...edits.map(({ atMs }) => atMs))
  return [...visits.values()].filter((all) => {
    const first = all.findIndex(({ at, endpoint }) => endpoint === 0 && at < editedAt)
    return first !== -1 && all.slice(first).some(({ endpoint }) => endpoint !== 0)
  }).length
}

function quantile(sorted: readonly number[], share: number): number | null {
  const value = sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]
  return value === undefined || value === Number.POSITIVE_INFINITY ? null : round(value)
}

function sum(values: readonly number[], from: number, to: number): number {
  let whole = 0
  for (let index = from; index < to; index++) whole += values[index] ?? 0
  return whole
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000
}
