import { describe, expect, it } from 'vitest'
import type { Run } from '../../../src/sim/run.ts'
import type { Scenario } from '../../../src/sim/scenario.ts'
import { canary } from '../../../src/sim/scenarios/canary.ts'
import { simulate } from '../../../src/sim/simulate.ts'
import type { Trial } from '../../../src/sim/trial.ts'

const seed = 5

/** The trial with a tenth of its users, isolates and keys. */
async function tried(name: string, change: (scenario: Scenario) => Scenario = (same) => same): Promise<number[]> {
  const trial = canary.find(({ scenario }) => scenario.name === name) as Trial
  const { users, services } = trial.scenario
  const scenario = change({
    ...trial.scenario,
    users: { ...users, perSecond: 100, ...(users.keys === undefined ? {} : { keys: users.keys / 10 }) },
    services: { ...services, client: { isolates: 4, calls: ['web'] } },
  })
  const run: Run = { report: await simulate(scenario, { seed }), tookSeconds: 0, cpuSeconds: 0 }
  return trial.figures.map((figure) => figure.of(run))
}

describe(`a canary of 5 % (seed ${seed})`, () => {
  it.each(['canary-endpoints', 'canary-rule'])('gets its share: %s', async (name) => {
    const [share, served] = await tried(name)
    expect(share).toBeGreaterThan(0.04)
    expect(share).toBeLessThan(0.06)
    expect(served).toBe(1)
  })

  it('gets its new share of the keys when it is raised to 10 %, and gives none back', async () => {
    const [five, ten, movedBack, served] = await tried('canary-ring-hash')
    expect(five).toBeLessThan(0.075)
    expect(ten).toBeGreaterThan(0.075)
    expect(movedBack).toBe(0)
    expect(served).toBe(1)
  })

  it('keeps whoever has a session there', async () => {
    const [five, ten, movedBack, served] = await tried('canary-session')
    expect((ten as number) - (five as number)).toBeGreaterThan(0.01)
    expect(movedBack).toBe(0)
    expect(served).toBe(1)
  })

  it('gives users back where nothing keeps them: the same trial can fail', async () => {
    const [, , movedBack] = await tried('canary-ring-hash', ({ services, ...rest }) => ({
      ...rest,
      edits: [],
      services: { ...services, web: { ...services.web, policy: {} } as Scenario['services'][string] },
    }))
    expect(movedBack).toBeGreaterThan(10)
  })
})
