/** A leaf of whose answers a share fails: how many users notice, and what does it cost? */
import { budgets } from '../classics/classics.ts'
import { meanLoad, p99, peakLoad, success } from '../figure.ts'
import type { Scenario } from '../scenario.ts'
import type { Goal, Trial } from '../trial.ts'
import { type ChainOptions, chain } from './chain.ts'

interface Given {
  readonly name: string
  /** Where and by whom they are met. */
  readonly about?: string
  readonly failShare: number
  readonly options?: ChainOptions
  readonly goals: readonly Goal[]
}

export function randomFailures({ name, about = 'three hops', failShare, options = {}, goals }: Given): Trial {
  const { isolates = 200, perSecond = 1000 } = options
  const small = { ...options, isolates: isolates / 10, perSecond: perSecond / 10 }
  const words = `${failShare * 100} % of the attempts at the leaf fail, at random: ${about}.`
  return {
    scenario: scenario(name, words, failShare, options),
    figures: [success, meanLoad, peakLoad, p99],
    goals,
    beside: { contenders: budgets, scenario: scenario(name, words, failShare, small) },
  }
}

function scenario(name: string, about: string, failShare: number, options: ChainOptions): Scenario {
  return {
    name,
    about,
    durationMs: 50_000,
    warmUpMs: 10_000,
    ...chain(options),
    faults: [{ fromMs: 10_000, toMs: 50_000, backend: 'leaf', failShare }],
  }
}

const few: readonly Goal[] = [
  { figure: success, atLeast: 0.998 },
  { figure: meanLoad, atMost: 1.13 },
]

export const tenPercent: Trial = randomFailures({ name: 'failures-10', failShare: 0.1, goals: few })

export const tenPercentShortLived: Trial = randomFailures({
  name: 'failures-10-short-lived',
  about: 'three hops, an isolate lives 3 s',
  failShare: 0.1,
  options: { lifeMs: 3000 },
  goals: few,
})

export const thirtyPercent: Trial = randomFailures({
  name: 'failures-30',
  failShare: 0.3,
  goals: [
    { figure: success, atLeast: 0.95 },
    { figure: meanLoad, atMost: 1.45 },
  ],
})
