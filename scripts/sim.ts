/** `npm run sim`: the library of scenarios, the mesh beside the classics, with goals. `-- --help` lists the options. */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { selvedge } from '../src/sim/contender.ts'
import { heldOut, heldOutSeeds } from '../src/sim/held-out.ts'
import { library, librarySeeds } from '../src/sim/library.ts'
import type { Run } from '../src/sim/run.ts'
import { type Runs, tableOf } from '../src/sim/table.ts'
import { type Trial, verdicts } from '../src/sim/trial.ts'
import { startPool } from './sim-pool.ts'
import type { Job } from './sim-worker.ts'

const help = `npm run sim -- [options]

  --held-out        the scenarios that nothing was chosen by, in place of the library
  --scenario NAMES  some of them, with commas between. Default: all
  --seeds LIST      seeds of the mesh's runs; the worst one counts. Default ${librarySeeds}, held out ${heldOutSeeds}
  --alone           without the classics beside
  --threads N       runs at the same time. Default 2
  --json FILE       every report, for machines
  --list            the scenarios

Exit code: 0 all goals reached, 1 one missed, 2 wrong usage.
`

const { values } = parseArgs({
  options: {
    'held-out': { type: 'boolean', default: false },
    scenario: { type: 'string' },
    seeds: { type: 'string' },
    alone: { type: 'boolean', default: false },
    threads: { type: 'string', default: '2' },
    json: { type: 'string' },
    list: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

const all = values['held-out'] ? heldOut : library

async function main(): Promise<number> {
  if (values.help) console.log(help)
  if (values.list) for (const { scenario } of all) console.log(`${scenario.name.padEnd(30)}${scenario.about}`)
  if (values.help || values.list) return 0

  const trials = chosen()
  const seeds =
    values.seeds?.split(',').map((seed) => whole('seeds', seed)) ?? (values['held-out'] ? heldOutSeeds : librarySeeds)
  const jobs = trials.map((trial) => ({ trial, jobs: jobsOf(trial, seeds) }))
  const pool = startPool(whole('threads', values.threads), jobs.flatMap(({ jobs }) => jobs).length)
  const done: Run[] = []
  let isMissed = false
  const show = (trial: Trial, runs: readonly Run[]) => {
    done.push(...runs)
    // Each time, so that who breaks off keeps what was done.
    if (values.json) writeFileSync(values.json, `${JSON.stringify(done, null, 1)}\n`)
    console.log(`${tableOf(trial, byContender(runs))}\n`)
    isMissed ||= verdicts(trial, byContender(runs)[0]?.runs ?? []).some(({ isReached }) => !isReached)
  }

  // What is timed comes first, one run after the other; then all the others, as threads are free.
  for (const { trial, jobs: own } of jobs.filter(({ trial }) => trial.isTimed)) {
    const runs: Run[] = []
    for (const job of own) runs.push(await pool.run(job))
    show(trial, runs)
  }
  const others = jobs.filter(({ trial }) => !trial.isTimed)
  const running = others.map(({ trial, jobs }) => ({ trial, runs: jobs.map((job) => pool.run(job)) }))
  for (const { trial, runs } of running) show(trial, await Promise.all(runs))
  await pool.stop()
  return isMissed ? 1 : 0
}

function chosen(): readonly Trial[] {
  if (values.scenario === undefined) return all
  return values.scenario.split(',').map((name) => {
    const trial = all.find(({ scenario }) => scenario.name === name)
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

function byContender(runs: readonly Run[]): Runs[] {
  const names = [...new Set(runs.map(({ report }) => report.contender))]
  return names.map((contender) => ({
    contender,
    runs: runs.filter(({ report }) => report.contender === contender),
  }))
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
