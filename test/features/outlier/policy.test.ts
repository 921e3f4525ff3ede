import { expect, it } from 'vitest'
import { outlierPolicy } from '../../../src/features/outlier/policy.ts'

const DEFAULTS = { consecutive: 3, baseEjectionMs: 5000, maxEjectionMs: 300_000, maxShare: 0.5 }

it.each([
  [{}, DEFAULTS],
  [{ consecutive: 7 }, { ...DEFAULTS, consecutive: 7 }],
  [{ baseEjection: '30s' }, { ...DEFAULTS, baseEjectionMs: 30_000 }],
  [{ maxEjection: '10s' }, { ...DEFAULTS, maxEjectionMs: 10_000 }],
  [{ maxEjectionPercent: 10 }, { ...DEFAULTS, maxShare: 0.1 }],
  [{ maxEjectionPercent: 0 }, { ...DEFAULTS, maxShare: 0 }],
  // Either may be written without the other: the longest is no shorter than the first.
  [{ baseEjection: '10m' }, { ...DEFAULTS, baseEjectionMs: 600_000, maxEjectionMs: 600_000 }],
  [{ maxEjection: '1s' }, { ...DEFAULTS, maxEjectionMs: 5000 }],
])('outlierDetection of %j is %j', (written, policy) => {
  expect(outlierPolicy(written)).toEqual(policy)
})
