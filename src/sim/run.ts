/** A simulation that is done. */
import type { Report } from './report.ts'

export interface Run {
  readonly report: Report
  /** How long it took to compute, in seconds of real time. */
  readonly tookSeconds: number
  /** What of it its thread was at work: the rest it waited for others of the machine. */
  readonly cpuSeconds: number
}
