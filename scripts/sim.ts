/** `npm run sim`: the library of scenarios, the mesh beside the classics, with goals. `-- --help` lists the options. */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { setFlagsFromString } from 'node:v8'
import { Worker } from 'node:worker_threads'
import { selvedge } from '../src/sim/contender.ts'
import { library } from '../src/sim/library.ts'
import type { Report } from '../src/sim/report.ts'
import { tableOf } from '../src/sim/table.ts'
import { type Trial, verdicts } from '../src/sim/trial.ts'
import type { Job, Run } from './sim-worker.ts'

const help = `npm run sim -- [options]

  --scenario NAMES  some of the library, with commas between. Default: all
  --seeds LIST      seeds of the mesh's runs; the worst one counts. Default 1,2,3
  --alone           without the classics beside
  --threads N       runs at the same time. Default 2
  --json FILE       every report, for machines
  --list            the scenarios

Exit code: 0 all goals reached, 1 one missed, 2 wrong usage.
`

const { values } = parseArgs({
  options: {
    scenario: { type: 'string' },
    seeds: { type: 'string', default: '1,2,3' },
    alone: { type: 'boolean', default: false },
    threads: { type: 'string', default: '2' },
    json: { type: 'string' },
    list: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

async function main(): Promise<number> {
  if (values.help) console.log(help)
  if (values.list) for (const { scenario } of library) console.log(`${scenario.name.padEnd(26)}${scenario.about}`)
  if (values.help || values.list) return 0

  const trials = chosen()
  const seeds = values.seeds.split(',').map((seed) => whole('seeds', seed))
  const pool = startPool(whole('threads', values.threads))
  const runs = trials.map((trial) => ({ trial, reports: jobsOf(trial, seeds).map((job) => pool.run(job)) }))
  const all: Run[] = []
  let isMissed = false
  for (const { trial, reports } of runs) {
    const done = await Promise.all(reports)
    all.push(...done)
    const names = [...new Set(done.map(({ report }) => report.contender))]
    const byContender = names.map((contender) => ({
      contender,
      reports: done.map(({ report }) => report).filter((report) => report.contender === contender),
    }))
    console.log(`${tableOf(trial, byContender)}\n`)
    isMissed ||= isAnyMissed(trial, byContender[0]?.reports ?? [])
  }
  await pool.stop()
  if (values.json) writeFileSync(values.json, `${JSON.stringify(all, null, 1)}\n`)
  return isMissed ? 1 : 0
}

function chosen(): readonly Trial[] {
  if (values.scenario === undefined) return library
  return values.scenario.split(',').map((name) => {
    const trial = library.find(({ scenario }) => scenario.name === name)
    if (!trial) throw new Error(`No scenario is called "${name}"; --list shows them.`)
    return trial
  })
}

/** The mesh with each seed, the others with the first. */
function jobsOf({ scenario, beside }: Trial, seeds: readonly number[]): Job[] {
  const own = seeds.map((seed) => ({ scenario: scenario.name, contender: selvedge.name, seed }))
  const others = values.alone ? [] : beside.contenders
  return [...own, ...others.map(({ name }) => ({ scenario: scenario.name, contender: name, seed: seeds[0] as number }))]
}

function isAnyMissed(trial: Trial, reports: readonly Report[]): boolean {
  return verdicts(trial, reports).some(({ isReached }) => !isReached)
}

interface Pool {
  run(job: Job): Promise<Run>
  stop(): Promise<unknown>
}

/** Runs do not know of each other, so that it does not matter which thread runs which, or when. */
function startPool(threads: number): Pool {
  const waiting: { job: Job; resolve(run: Run): void; reject(error: Error): void }[] = []
  const idle: (() => void)[] = []
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
        console.error(`${run.report.scenario}, ${run.report.contender}, seed ${run.report.seed}: ${run.tookSeconds} s`)
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

function whole(name: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new Error(`--${name} takes whole numbers; got "${text}".`)
  return Number(text)
}

try {
  process.exitCode = await main()
} catch (error) {
  console.error((error as Error).message)
  process.exitCode = 2
  // Threads at work would keep the process.
  process.exit()
}
