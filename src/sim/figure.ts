/** The figures of a report that are shown and judged: how each is read, written, and which way is worse. */
import type { Report } from './report.ts'

export interface Figure {
  readonly title: string
  of(report: Report): number
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
  of: ({ load }) => load.meanDuringFault,
  worst: highest,
  shown: times,
}

/** The same in the worst second. */
export const peakLoad: Figure = { title: 'load, peak', of: ({ load }) => load.peak, worst: highest, shown: times }

export const success: Figure = { title: 'served', of: ({ users }) => users.success, worst: lowest, shown: percent }

export const successDuringFault: Figure = {
  title: 'served in fault',
  of: ({ users }) => users.successDuringFault,
  worst: lowest,
  shown: percent,
}

/** Seconds until users are served again. */
export const recovery: Figure = {
  title: 'recovered',
  of: ({ recoverySeconds }) => recoverySeconds ?? Number.POSITIVE_INFINITY,
  worst: highest,
  shown: seconds,
}

export const median: Figure = { title: 'p50', of: ({ users }) => users.p50Ms ?? Infinity, worst: highest, shown: ms }

export const p99: Figure = { title: 'p99', of: ({ users }) => users.p99Ms ?? Infinity, worst: highest, shown: ms }

/** What the first endpoint got while something was wrong: it is the one that suffers. */
export const shareOfFirst: Figure = {
  title: 'share of the bad',
  of: ({ endpoints }) => endpoints[0]?.shareDuringFault ?? 0,
  worst: highest,
  shown: percent,
}
