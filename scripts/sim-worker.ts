/** Runs simulations on a thread of its own. */
import { parentPort } from 'node:worker_threads'
import { selvedge } from '../src/sim/contender.ts'
import { heldOut } from '../src/sim/held-out.ts'
import { library } from '../src/sim/library.ts'
import type { Run } from '../src/sim/run.ts'
import { simulate } from '../src/sim/simulate.ts'

/** By name, since functions do not travel between threads. */
export interface Job {
  readonly scenario: string
  readonly contender: string
  readonly seed: number
}

async function run({ scenario: name, contender: wanted, seed }: Job): Promise<Run> {
  const trial = [...library, ...heldOut].find(({ scenario }) => scenario.name === name)
  if (!trial) throw new Error(`No scenario is called "${name}".`)
  const { scenario, beside } = trial
  const contender = beside.contenders.find(({ name }) => name === wanted) ?? selvedge
  const startedAt = performance.now()
  const cpuBefore = process.threadCpuUsage()
  const report = await simulate(contender === selvedge ? scenario : (beside.scenario ?? scenario), { seed, contender })
  const { user, system } = process.threadCpuUsage(cpuBefore)
  return { report, tookSeconds: rounded(performance.now() - startedAt), cpuSeconds: rounded((user + system) / 1000) }
}

/** Seconds, to a tenth. */
function rounded(ms: number): number {
  return Math.round(ms / 100) / 10
}

parentPort?.on('message', (job: Job) => {
  run(job).then(
    (done) => parentPort?.postMessage(done),
    // Told as the thread's own error, which whoever waits hears.
    (error) =>
      queueMicrotask(() => {
        throw error
      }),
  )
})
