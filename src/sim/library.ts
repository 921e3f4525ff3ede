/** The library of scenarios, with what the mesh must reach in each. */

import { failingEndpoint, slowEndpoint } from './scenarios/bad-endpoint.ts'
import { blamed } from './scenarios/blame.ts'
import { canary } from './scenarios/canary.ts'
import { dead, deadShortLived } from './scenarios/dead-leaf.ts'
import { halved } from './scenarios/halved-leaf.ts'
import { tenPercent, tenPercentShortLived, thirtyPercent } from './scenarios/random-failures.ts'
import { simulatedMinute } from './scenarios/simulated-minute.ts'
import { young } from './scenarios/young-isolates.ts'
import type { Trial } from './trial.ts'

/** Seeds of the mesh's runs; the worst one counts. */
export const librarySeeds: readonly number[] = [1, 2, 3]

export const library: readonly Trial[] = [
  dead,
  deadShortLived,
  halved,
  tenPercent,
  tenPercentShortLived,
  thirtyPercent,
  ...slowEndpoint,
  ...failingEndpoint,
  ...young,
  ...canary,
  ...blamed,
  simulatedMinute,
]
