/** What a function with the library tells of its calls, for `selvedge stat` and `/-/metrics` or for Analytics Engine; and what it hears of the others. */

export { analytics, type Dataset } from './mesh/reports/analytics.ts'
export type { Reports, ReportsFrom, ReportsMaker } from './mesh/reports/reports.ts'
export { type StatsOptions, stats } from './mesh/reports/stats.ts'
export type { FleetMode } from './telemetry/fleet/view.ts'
