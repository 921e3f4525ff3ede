/** Scenarios that take a moment: a chain of few isolates, and a fault in the middle. */

import type { Fault, Scenario } from '../../src/sim/scenario.ts'
import { type ChainOptions, chain } from '../../src/sim/scenarios/chain.ts'

/** 14 s of 10 users a second, of which the first 2 are not counted. */
export function smallChain(options: ChainOptions = {}, faults: readonly Fault[] = []): Scenario {
  return {
    name: 'small',
    about: 'A small chain.',
    durationMs: 14_000,
    warmUpMs: 2000,
    ...chain({ hops: 2, isolates: 2, perSecond: 10, ...options }),
    faults,
  }
}

/** From the 4th to the 8th second. */
export function fault(given: Partial<Fault>): Fault {
  return { fromMs: 4000, toMs: 8000, backend: 'leaf', ...given }
}
