/** Runs as a table for people. */
import type { Run } from './run.ts'
import { type Trial, type Verdict, verdicts } from './trial.ts'

/** The runs of one contender, one for each seed. */
export interface Runs {
  readonly contender: string
  readonly runs: readonly Run[]
}

/** A trial with the worst figures of each contender; the first one is judged. */
export function tableOf(trial: Trial, all: readonly Runs[]): string {
  const { scenario, figures, beside } = trial
  const rows = all.map(({ contender, runs }) => [
    contender,
    ...figures.map((figure) => figure.shown(figure.worst(runs.map(figure.of)))),
  ])
  const judged = verdicts(trial, all[0]?.runs ?? [])
  const goals = ['goal', ...figures.map((figure) => goalOf(judged.filter(({ goal }) => goal.figure === figure)))]
  const lines = aligned([['', ...figures.map(({ title }) => title)], rows[0] ?? [], goals, ...rows.slice(1)])
  const isSmaller = beside.scenario !== undefined && all.length > 1
  const small = isSmaller ? [`  (those below the goal with ${beside.scenario?.users.perSecond} users a second)`] : []
  const verdict = judged.every(({ isReached }) => isReached) ? 'PASS' : 'FAIL'
  return [`${scenario.name}  ${verdict}`, `  ${scenario.about}`, ...lines.map((line) => `  ${line}`), ...small].join(
    '\n',
  )
}

function goalOf(verdicts: readonly Verdict[]): string {
  return verdicts
    .map(({ goal: { figure, atLeast, atMost }, isReached }) => {
      const limits = [
        ...(atLeast === undefined ? [] : [`>= ${figure.shown(atLeast)}`]),
        ...(atMost === undefined ? [] : [`<= ${figure.shown(atMost)}`]),
      ]
      return [...limits, ...(isReached ? [] : ['MISSED'])].join(' ')
    })
    .join(' ')
}

/** The first column to the left, the others to the right. */
function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  )
}
