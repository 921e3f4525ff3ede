/**
 * Scenarios that no constant was chosen by: other rates, other shapes, isolates of unequal shares. Each is asked for the
 * same as its nearest kin of the library, at a quarter of its size and with a fault of half its length.
 */
import { budgets } from './classics/classics.ts'
import type { Scenario } from './scenario.ts'
import { badEndpoint } from './scenarios/bad-endpoint.ts'
import type { ChainOptions } from './scenarios/chain.ts'
import { dead, deadLeaf, deadShortLived } from './scenarios/dead-leaf.ts'
import { halvedLeaf } from './scenarios/halved-leaf.ts'
import { randomFailures, tenPercent, thirtyPercent } from './scenarios/random-failures.ts'
import { known, youngIsolates } from './scenarios/young-isolates.ts'
import type { Trial } from './trial.ts'

/** Seeds that were never used while anything was chosen. */
export const heldOutSeeds: readonly number[] = [1009, 2003]

/** The busiest of 50 isolates has about 6 times its share, half of them less than 0.6 of it. */
const SKEW = 1

interface Shape {
  readonly name: string
  readonly about: string
  readonly options: ChainOptions
}

/** A quarter of the isolates and users of the library, and so as many users for each. */
const small: ChainOptions = { isolates: 50, perSecond: 250 }

const shapes: readonly Shape[] = [
  { name: '2-hops', about: 'two hops', options: { ...small, hops: 2 } },
  { name: '5-hops', about: 'five hops', options: { ...small, hops: 5 } },
  // 125 users make as many calls of the leaf as 250 do of a chain.
  {
    name: 'diamond',
    about: 'a diamond: a calls b1 and b2, both call c',
    options: { ...small, isDiamond: true, perSecond: 125 },
  },
  { name: 'skewed', about: 'three hops, shares of the isolates unequal', options: { ...small, skew: SKEW } },
]

/** The two that a storm does not grow with: of the others five hops make thousands of calls of one. */
const calm = budgets.filter(({ name }) => name === 'no retries' || name === 'gRPC throttle')

const held: readonly Trial[] = [
  ...shapes.map(({ name, about, options }) =>
    deadLeaf({ name: `dead-leaf-${name}`, about: `Dead for 30 s: ${about}.`, options, goals: dead.goals }),
  ),
  deadLeaf({
    name: 'dead-leaf-skewed-short-lived',
    about: 'Dead for 30 s: the same, and an isolate lives 3 s.',
    options: { ...small, skew: SKEW, lifeMs: 3000 },
    goals: deadShortLived.goals,
  }),
  ...shapes.map(({ name, about, options }) =>
    halvedLeaf({ name: `halved-leaf-${name}`, about: `Half of the leaf for 30 s: ${about}.`, options }),
  ),
  halvedLeaf({
    name: 'halved-leaf-needs-20',
    about: 'Half of the leaf for 30 s: it drops what has less than 20 ms left, which is what half of its work takes.',
    options: { ...small, leaf: { needsMs: 20 } },
  }),
  randomFailures({ name: 'failures-5', failShare: 0.05, options: small, goals: tenPercent.goals }),
  randomFailures({ name: 'failures-20', failShare: 0.2, options: small, goals: thirtyPercent.goals }),
  randomFailures({ name: 'failures-50', failShare: 0.5, options: small, goals: thirtyPercent.goals }),
  ...shapes.map(({ name, about, options }) =>
    randomFailures({ name: `failures-10-${name}`, about, failShare: 0.1, options, goals: tenPercent.goals }),
  ),
  badEndpoint({
    name: 'slow-endpoint-skewed',
    about: 'One of 11 endpoints takes 2 s for 15 s; 200 isolates of unequal shares.',
    isolates: 200,
    skew: SKEW,
    atLeast: 0.995,
    fault: { latency: 2000 },
  }),
  badEndpoint({
    name: 'slow-endpoint-short-lived',
    about: 'The same, and 200 isolates that live 10 s each.',
    isolates: 200,
    lifeMs: 10_000,
    atLeast: 0.995,
    fault: { latency: 2000 },
  }),
  badEndpoint({
    name: 'slow-endpoint-of-5',
    about: 'One of 5 endpoints takes 2 s for 15 s; 200 isolates.',
    isolates: 200,
    endpoints: 5,
    atLeast: 0.995,
    fault: { latency: 2000 },
  }),
  badEndpoint({
    name: 'failing-endpoint-skewed',
    about: 'One of 11 endpoints answers 503 after 2 ms, for 15 s; 200 isolates of unequal shares.',
    isolates: 200,
    skew: SKEW,
    atLeast: 0.995,
    fault: { failShare: 1 },
  }),
  badEndpoint({
    name: 'half-failing-endpoint',
    about: 'One of 11 endpoints fails half of the time, for 15 s; 200 isolates.',
    isolates: 200,
    atLeast: 0.995,
    fault: { failShare: 0.5 },
  }),
]

/** What is known is known for as long: these are not shortened. */
const young: readonly Trial[] = [
  youngIsolates({
    name: 'young-isolates-skewed',
    about: 'One of 9 endpoints takes 2 s, and has for a minute; 80 isolates of unequal shares live 12 s each.',
    isolates: 80,
    endpoints: 9,
    lifeMs: 12_000,
    skew: SKEW,
    perSecond: 400,
    goals: known.goals,
  }),
  youngIsolates({
    name: 'young-isolates-of-4',
    about: 'One of 4 endpoints takes 1.2 s, and has for a minute; 50 isolates live 15 s each.',
    isolates: 50,
    endpoints: 4,
    lifeMs: 15_000,
    slowMs: 1200,
    perSecond: 250,
    goals: known.goals,
  }),
  youngIsolates({
    name: 'young-isolates-live-4-s',
    about: 'One of 8 endpoints takes 5 s, and has for a minute; 120 isolates live 4 s each.',
    isolates: 120,
    endpoints: 8,
    lifeMs: 4000,
    slowMs: 5000,
    goals: known.goals,
  }),
]

const short: readonly Trial[] = held.map((trial) => ({
  ...trial,
  scenario: shortened(trial.scenario),
  beside: {
    contenders: trial.beside.contenders === budgets ? calm : trial.beside.contenders,
    ...(trial.beside.scenario && { scenario: shortened(trial.beside.scenario) }),
  },
}))

export const heldOut: readonly Trial[] = [...short, ...young]

/** With faults of half the length: it is another one, and there are many. */
function shortened(scenario: Scenario): Scenario {
  const { faults = [] } = scenario
  const cutMs = Math.max(...faults.map(({ fromMs, toMs }) => toMs - fromMs)) / 2
  return {
    ...scenario,
    durationMs: scenario.durationMs - cutMs,
    faults: faults.map((fault) => ({ ...fault, toMs: fault.toMs - cutMs })),
  }
}
