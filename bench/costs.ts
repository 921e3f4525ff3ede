/** The table of what variants cost: by the median, by the sum of 20,000 calls, and cold. */
import { number } from './report.ts'
import { ofRuns, type Runs } from './runs.ts'
import type { CaseName } from './variants/cases.ts'

export interface Row {
  readonly name: string
  readonly title: string
}

/** @param yardstick the variant that the others are compared with. */
export function costs(runs: Runs, name: CaseName, rows: readonly Row[], yardstick: string): string[][] {
  const us = (variant: string) => ofRuns(runs, name, (of) => of(variant).us)
  return [
    ['', 'µs', 'added', 'median x', 'sum x', 'of each run', 'cold x', 'of each start'],
    ...rows.map(({ name: variant, title }) => [
      title,
      us(variant).toFixed(1),
      ofRuns(runs, name, (of) => of(variant).us - of(yardstick).us).toFixed(1),
      number(ofRuns(runs, name, (of) => of(variant).ratio)),
      number(ofRuns(runs, name, (of) => of(variant).sumRatio)),
      each(runs, name, variant),
      number(ofRuns(runs, 'cold', (of) => of(variant).sumRatio)),
      each(runs, 'cold', variant),
    ]),
  ]
}

/** By the sum. */
function each({ figures }: Runs, name: string, variant: string): string {
  return figures.map((run) => run[name]?.[variant]?.sumRatio.toFixed(2)).join(' ')
}
