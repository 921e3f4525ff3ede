/** A leaf that is dead for a minute, beneath hops that retry: does a storm come of it? */
import { budgets } from '../classics/classics.ts'
import { meanLoad, peakLoad, recovery, success, successDuringFault } from '../figure.ts'
import type { Scenario } from '../scenario.ts'
import type { Goal, Trial } from '../trial.ts'
import { type ChainOptions, chain } from './chain.ts'

interface Given {
  readonly name: string
  readonly about: string
  readonly options?: ChainOptions
  readonly goals: readonly Goal[]
}

/** @param given.options the chain; classics are tried on a tenth of it. */
export function deadLeaf({ name, about, options = {}, goals }: Given): Trial {
  const { isolates = 200, perSecond = 1000 } = options
  const small = { ...options, isolates: isolates / 10, perSecond: perSecond / 10 }
  return {
    scenario: scenario(name, about, options),
    figures: [meanLoad, peakLoad, successDuringFault, recovery, success],
    goals,
    beside: { contenders: budgets, scenario: scenario(name, about, small) },
  }
}

function scenario(name: string, about: string, options: ChainOptions): Scenario {
  return {
    name,
    about,
    durationMs: 100_000,
    warmUpMs: 10_000,
    ...chain(options),
    faults: [{ fromMs: 20_000, toMs: 80_000, backend: 'leaf', failShare: 1 }],
  }
}

export const dead: Trial = deadLeaf({
  name: 'dead-leaf',
  about: 'Three hops of 200 isolates, and the leaf answers 503 for 60 s.',
  goals: [
    { figure: meanLoad, atMost: 1.1 },
    { figure: peakLoad, atMost: 2.5 },
    { figure: recovery, atMost: 5 },
  ],
})

export const deadShortLived: Trial = deadLeaf({
  name: 'dead-leaf-short-lived',
  about: 'The same, and an isolate lives 3 s: it learns little and forgets it soon.',
  options: { lifeMs: 3000 },
  goals: [
    { figure: meanLoad, atMost: 1.3 },
    { figure: recovery, atMost: 5 },
  ],
})
