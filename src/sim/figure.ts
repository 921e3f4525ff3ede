/** The figures of a run that are shown and judged: how each is read, written, and which way is worse. */
import type { Report } from './report.ts'
import type { Run } from './run.ts'

export interface Figure {
  readonly title: string
  of(run: Run): number
  /** The worst of several runs. */
  worst(values: readonly number[]): number
  shown(value: number): string
}

const highest = (values: readonly number[]) => Math.max(...values)
const lowest = (values: readonly number[]) => Math.min(...values)
const times = (value: number) => value.toFixed(2)
const percent = (value: number) => `${(value * 100).toFixed(2)} %`
const ms = (value: number) => (value === Number.POSITIVE_INFINITY ? 'failed' : `${Math.round(value)} ms`)
const seconds = (value: number) => (value === Number.POSITIVE_INFINITY ? 'never' : `${value} s`)

/** Attempts at the leaf while something is wrong: 1 is what users alone cause. */
export const meanLoad: Figure = {
  title: 'load, mean',
  of: ({ report: { load } }) => load.meanDuringFault,
  worst: highest,
  shown: times,
}

/** The same in the worst second. */
export const peakLoad: Figure = {
  title: 'load, peak',
  of: ({ report: { load } }) => load.peak,
  worst: highest,
  shown: times,
}

export const success: Figure = {
  title: 'served',
  of: ({ report: { users } }) => users.success,
  worst: lowest,
  shown: percent,
}

export const successDuringFault: Figure = {
  title: 'served in fault',
  of: ({ report: { users } }) => users.successDuringFault,
  worst: lowest,
  shown: percent,
}

/** Seconds until users are served again. */
export const recovery: Figure = {
  title: 'recovered',
  of: ({ report: { recoverySeconds } }) => recoverySeconds ?? Number.POSITIVE_INFINITY,
  worst: highest,
  shown: seconds,
}

export const median: Figure = {
  title: 'p50',
  of: ({ report: { users } }) => users.p50Ms ?? Infinity,
  worst: highest,
  shown: ms,
}

export const p99: Figure = {
  title: 'p99',
  of: ({ report: { users } }) => users.p99Ms ?? Infinity,
  worst: highest,
  shown: ms,
}

/** What the first endpoint got while something was wrong: it is the one that suffers. */
export const shareOfFirst: Figure = {
  title: 'share of the bad',
  of: ({ report: { endpoints } }) => endpoints[0]?.shareDuringFault ?? 0,
  worst: highest,
  shown: percent,
}

/** What the first of several services got of all: the others stand by. */
export const shareOfFirstService: Figure = { ...shareOfFirst, title: 'stayed', worst: lowest }

/** What the endpoint got that got the least. */
export const leastShare: Figure = {
  title: 'least share',
  of: ({ report: { endpoints } }) => Math.min(...endpoints.map(({ shareDuringFault }) => shareDuringFault)),
  worst: lowest,
  shown: percent,
}

/** The same, but for the first one: it is the one that suffers. */
export const leastShareOfOthers: Figure = {
  ...leastShare,
  title: 'least of the others',
  of: ({ report: { endpoints } }) => Math.min(...endpoints.slice(1).map(({ shareDuringFault }) => shareDuringFault)),
}

/**
 * The share of the first endpoint while users come in some seconds, where it ought to be `aim`: the worst is the furthest
 * from that.
 */
export function shareOfFirstIn(title: string, seconds: readonly [from: number, to: number], aim: number): Figure {
  const away = (share: number) => Math.abs(share - aim)
  return {
    title,
    of: ({ report: { endpoints } }) => attempts(endpoints.slice(0, 1), seconds) / attempts(endpoints, seconds),
    worst: (shares) => shares.reduce((worst, share) => (away(share) > away(worst) ? share : worst)),
    shown: percent,
  }
}

/** Users whom the first endpoint had before an edit, and another one since. */
export const movedBack: Figure = {
  title: 'moved back',
  of: ({ report: { keys } }) => keys.movedBack,
  worst: highest,
  shown: String,
}

/** Of real time, to compute it. */
export const took: Figure = {
  title: 'took',
  of: ({ tookSeconds }) => tookSeconds,
  worst: highest,
  shown: (value) => `${value.toFixed(1)} s`,
}

/** What of it the thread was at work. */
export const cpu: Figure = {
  title: 'CPU',
  of: ({ cpuSeconds }) => cpuSeconds,
  worst: highest,
  shown: (value) => `${value.toFixed(1)} s`,
}

function attempts(endpoints: Report['endpoints'], [from, to]: readonly [number, number]): number {
  return endpoints
    .flatMap(({ attemptsPerSecond }) => attemptsPerSecond.slice(from, to))
    .reduce((sum, count) => sum + count, 0)
}
