/** Runs simulations on a thread of its own. */
import { parentPort } from 'node:worker_threads'
import { selvedge } from '../src/sim/contender.ts'
import { library } from '../src/sim/library.ts'
import { type Report, simulate } from '../src/sim/simulate.ts'

/** By name, since functions do not travel between threads. */
export interface Job {
  readonly scenario: string
  readonly contender: string
  readonly seed: number
}

export interface Run {
  readonly report: Report
  /** Of real time. */
  readonly tookSeconds: number
}

async function run({ scenario: name, contender: wanted, seed }: Job): Promise<Run> {
  const trial = library.find(({ scenario }) => scenario.name === name)
  if (!trial) throw new Error(`No scenario is called "${name}".`)
  const { scenario, beside } = trial
  const contender = beside.contenders.find(({ name }) => name === wanted) ?? selvedge
  const startedAt = performance.now()
  const report = await simulate(contender === selvedge ? scenario : (beside.scenario ?? scenario), { seed, contender })
  return { report, tookSeconds: Math.round((performance.now() - startedAt) / 100) / 10 }
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
