/**
 * The bench: what the mesh costs, against baselines of the same run. `npm run bench -- --help` lists its parts and options.
 *
 * docs/performance.md tells how it measures and what stands behind each limit.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { type Chosen, type PartName, parts } from './parts.ts'
import { exitCode, type Section, told } from './report.ts'
import { plan, quickPlan } from './setup.ts'

const names = Object.keys(parts) as PartName[]
const help = `npm run bench -- [options]

Parts, and how long each takes on a quiet machine:

${names.map((name) => `  ${name.padEnd(10)} ${parts[name].minutes.padEnd(8)} ${parts[name].tells}`).join('\n')}

Options:

  --only PARTS      some of them, with commas between. Default: all, 25 minutes
  --runs N          runs, whose median is judged; each has fresh processes. Default 5
  --samples N       samples of each variant in a run, for each case. Default ${plan.samples}
  --quick           1 run of ${quickPlan.samples} samples and ${quickPlan.warmCalls} warm calls: an indication, no verdict to rely on
  --candidate FILE  the Worker to judge. Default dist/worker.js
  --json FILE       the same, for machines

Exit code: 0 within all limits, 1 over one, 2 wrong usage or a wrong answer, 3 too noisy to judge.
`

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: names.join() },
    runs: { type: 'string' },
    samples: { type: 'string' },
    quick: { type: 'boolean', default: false },
    candidate: { type: 'string', default: fileURLToPath(new URL('../dist/worker.js', import.meta.url)) },
    json: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})

async function main(): Promise<number> {
  if (values.help) {
    console.log(help)
    return 0
  }
  if (!existsSync('/proc/self/schedstat')) {
    throw new Error("The bench reads CPU time from the scheduler's clock in /proc, which only Linux has.")
  }
  const usual = values.quick ? quickPlan : plan
  const chosen: Chosen = {
    candidate: readFileSync(values.candidate, 'utf8'),
    runs: count('runs', values.quick ? 1 : 5),
    plan: { ...usual, samples: count('samples', usual.samples) },
    isQuick: values.quick,
    say: (line) => console.error(line),
  }
  const asked = values.only.split(',').map((name) => {
    const part = names.find((known) => known === name)
    if (part === undefined) throw new Error(`--only knows ${names.join(', ')}; got "${name}".`)
    return parts[part]
  })

  const sections: Section[] = []
  for (const { measure } of asked) {
    const measured = await measure(chosen)
    for (const section of measured) console.log(told(section))
    sections.push(...measured)
  }
  const code = exitCode(sections)
  console.log(
    ['All limits hold.', 'A limit is broken.', '', 'The control was off: no verdict. Try a quieter hour.'][code],
  )
  if (values.json) {
    const { runs, plan } = chosen
    writeFileSync(values.json, `${JSON.stringify({ exitCode: code, runs, plan, sections }, null, 2)}\n`)
  }
  return code
}

function count(option: 'runs' | 'samples', otherwise: number): number {
  const value = Number(values[option] ?? otherwise)
  if (!Number.isInteger(value) || value < 1)
    throw new Error(`--${option} is a whole number from 1; got "${values[option]}".`)
  return value
}

// An exit takes workerd along; a signal alone would leave it behind.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130))

try {
  process.exitCode = await main()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 2
}
