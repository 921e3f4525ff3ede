/** A scenario with what is expected of it, and of whom it is asked. */
import type { Contender } from './contender.ts'
import type { Figure } from './figure.ts'
import type { Run } from './run.ts'
import type { Scenario } from './scenario.ts'

export interface Trial {
  readonly scenario: Scenario
  /** What the table shows. */
  readonly figures: readonly Figure[]
  /** What the mesh must reach, in the worst of its runs. */
  readonly goals: readonly Goal[]
  /** Shown for comparison; nothing is asked of them. */
  readonly beside: {
    readonly contenders: readonly Contender[]
    /** The same in small, where a storm would take too long. Default: the same. */
    readonly scenario?: Scenario
  }
  /** What it takes to compute is judged: nothing else runs meanwhile. */
  readonly isTimed?: true
}

export interface Goal {
  readonly figure: Figure
  readonly atLeast?: number
  readonly atMost?: number
}

export interface Verdict {
  readonly goal: Goal
  /** The worst of the runs. */
  readonly value: number
  readonly isReached: boolean
}

/** What became of the goals. @param runs one for each seed, at least one. */
export function verdicts({ goals }: Trial, runs: readonly Run[]): Verdict[] {
  return goals.map((goal) => {
    const { figure, atLeast = Number.NEGATIVE_INFINITY, atMost = Number.POSITIVE_INFINITY } = goal
    const value = figure.worst(runs.map(figure.of))
    return { goal, value, isReached: value >= atLeast && value <= atMost }
  })
}
