/** Points over time as a chart wants them: columns of equal steps, with nothing where nobody called. */
import type { PointView, RevisionView, SeriesView } from '../../admin/client.ts'

export interface Timeline {
  /** Seconds since the epoch, each step of the window. */
  readonly at: readonly number[]
  /** A second. */
  readonly requests: readonly number[]
  readonly failures: readonly number[]
  readonly retries: readonly number[]
  /** Milliseconds; `null` where nobody called. */
  readonly p50: readonly (number | null)[]
  readonly p95: readonly (number | null)[]
  readonly p99: readonly (number | null)[]
}

/** @param nowMs where the window ends, in milliseconds since the epoch. */
export function timeline({ stepMs, points }: SeriesView, windowMs: number, nowMs: number): Timeline {
  const last = Math.floor(nowMs / stepMs)
  const steps = Math.max(1, Math.ceil(windowMs / stepMs))
  const known = new Map<number, PointView>(points.map((point) => [Math.floor(Date.parse(point.at) / stepMs), point]))
  const all = Array.from({ length: steps + 1 }, (_, step) => last - steps + step)
  const column = <Of>(of: (point: PointView) => Of, none: Of) =>
    all.map((step) => {
      const point = known.get(step)
      return point ? of(point) : none
    })
  const perSecond = (n: number) => n / (stepMs / 1_000)
  return {
    at: all.map((step) => (step * stepMs) / 1_000),
    requests: column(({ requests }) => perSecond(requests), 0),
    failures: column(({ failures }) => perSecond(failures), 0),
    retries: column(({ retries }) => perSecond(retries), 0),
    p50: column(({ p50Ms }) => p50Ms, null),
    p95: column(({ p95Ms }) => p95Ms, null),
    p99: column(({ p99Ms }) => p99Ms, null),
  }
}

export interface Mark {
  /** Seconds since the epoch. */
  readonly at: number
  readonly label: string
}

/** The changes that fall into the window, as lines over its charts. */
export function marksOf(changes: readonly RevisionView[], windowMs: number, nowMs: number): Mark[] {
  return changes
    .map(({ at, revision }) => ({ at: Date.parse(at) / 1_000, label: `r${revision}` }))
    .filter(({ at }) => at * 1_000 >= nowMs - windowMs && at * 1_000 <= nowMs)
}
