import { describe, expect, it } from 'vitest'
import { blamed } from '../../../src/sim/scenarios/blame.ts'
import { simulate } from '../../../src/sim/simulate.ts'
import { verdicts } from '../../../src/sim/trial.ts'

const seed = 4
/** Those that take a moment. */
const quick = ['poison-url-failover-10', 'broken-instance-round-robin-1', 'greedy-caller', 'greedy-caller-told-when']

describe(`what fails beside others (seed ${seed})`, () => {
  it.each(blamed.filter(({ scenario }) => quick.includes(scenario.name)))(
    '$scenario.name: $scenario.about',
    async (trial) => {
      const report = await simulate(trial.scenario, { seed })
      const missed = verdicts(trial, [{ report, tookSeconds: 0, cpuSeconds: 0 }]).filter(({ isReached }) => !isReached)
      expect(missed).toEqual([])
      expect(report.users.came).toBeGreaterThan(250)
    },
  )
})
