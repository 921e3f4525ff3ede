/** A leaf that can do half of what is asked of it: is what it does of use to anybody? */
import { budgets } from '../classics/classics.ts'
import { meanLoad, peakLoad, recovery, success, successDuringFault } from '../figure.ts'
import type { Scenario } from '../scenario.ts'
import type { Trial } from '../trial.ts'
import { type ChainOptions, chain } from './chain.ts'

/** Twice what the leaf usually takes: 19 of 20 answers are in time then. */
const NEEDS_MS = 40
/** Of one and a half times what is needed, so that half of it is left. */
const LEFT = 1 / 3

interface Given {
  readonly name: string
  readonly about: string
  readonly options?: ChainOptions
}

/** @param given.options the chain; classics are tried on a tenth of it. */
export function halvedLeaf({ name, about, options = {} }: Given): Trial {
  const { isolates = 200, perSecond = 1000 } = options
  const small = { ...options, isolates: isolates / 10, perSecond: perSecond / 10 }
  return {
    scenario: scenario(name, about, options),
    figures: [meanLoad, peakLoad, successDuringFault, recovery, success],
    goals: [
      { figure: successDuringFault, atLeast: 0.45 },
      { figure: recovery, atMost: 5 },
    ],
    beside: { contenders: budgets, scenario: scenario(name, about, small) },
  }
}

function scenario(name: string, about: string, options: ChainOptions): Scenario {
  return {
    name,
    about,
    durationMs: 110_000,
    warmUpMs: 10_000,
    ...chain({ ...options, leaf: { needsMs: NEEDS_MS, ...options.leaf } }),
    faults: [{ fromMs: 20_000, toMs: 80_000, backend: 'leaf', capacityShare: LEFT }],
  }
}

export const halved: Trial = halvedLeaf({
  name: 'halved-leaf',
  about: 'The leaf can take up half of what comes, for 60 s; it has a queue of 2 s, and drops what would be late.',
})
