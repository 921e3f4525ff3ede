/** The library of scenarios, with what the mesh must reach in each. */
import { failingEndpoint, slowEndpoint } from './scenarios/bad-endpoint.ts'
import { dead, deadShortLived } from './scenarios/dead-leaf.ts'
import { halved } from './scenarios/halved-leaf.ts'
import { tenPercent, tenPercentShortLived, thirtyPercent } from './scenarios/random-failures.ts'
import type { Trial } from './trial.ts'

export const library: readonly Trial[] = [
  dead,
  deadShortLived,
  halved,
  tenPercent,
  tenPercentShortLived,
  thirtyPercent,
  ...slowEndpoint,
  ...failingEndpoint,
]
