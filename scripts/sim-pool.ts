/** Threads that run simulations. */
import { setFlagsFromString } from 'node:v8'
import { Worker } from 'node:worker_threads'
import type { Run } from '../src/sim/run.ts'
import type { Job } from './sim-worker.ts'

export interface Pool {
  run(job: Job): Promise<Run>
  stop(): Promise<unknown>
}

/** Runs do not know of each other, so that it does not matter which thread runs which, or when. */
export function startPool(threads: number, jobs: number): Pool {
  const waiting: { job: Job; resolve(run: Run): void; reject(error: Error): void }[] = []
  const idle: (() => void)[] = []
  let done = 0
  // What a run makes is dead within a tenth of its second. A nursery of 64 MB outlasts that, and must not shrink: what leaves
  // it by mistake keeps what it refers to until the next full collection, which took a third of the time.
  setFlagsFromString('--min-semi-space-size=64')
  const resourceLimits = { maxYoungGenerationSizeMb: 3 * 64 }
  const workers = Array.from({ length: threads }, () => {
    const worker = new Worker(new URL('./sim-worker.ts', import.meta.url), { resourceLimits })
    const take = () => {
      const next = waiting.shift()
      if (!next) return idle.push(take)
      worker.once('error', next.reject)
      worker.once('message', (run: Run) => {
        worker.off('error', next.reject)
        const { scenario, contender, seed } = run.report
        console.error(`${++done} of ${jobs}: ${scenario}, ${contender}, seed ${seed}: ${run.tookSeconds} s`)
        next.resolve(run)
        take()
      })
      return worker.postMessage(next.job)
    }
    idle.push(take)
    return worker
  })
  return {
    run: (job) =>
      new Promise((resolve, reject) => {
        waiting.push({ job, resolve, reject })
        idle.shift()?.()
      }),
    stop: () => Promise.all(workers.map((worker) => worker.terminate())),
  }
}
