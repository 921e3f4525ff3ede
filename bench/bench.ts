/**
 * The bench: what the mesh costs, against baselines of the same run. `npm run bench -- --help` lists the options.
 *
 * docs/performance.md tells how it measures and what stands behind each limit.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { measureBalancing } from './balancing.ts'
import { measureEmbedded } from './embedded.ts'
import { measureProxy } from './proxy.ts'
import { exitCode, type Section, told } from './report.ts'
import { measureRouting } from './routing.ts'
import type { Plan } from './sampling.ts'
import { measureScale } from './scale.ts'
import { measureStartUp } from './start-up.ts'

const help = `npm run bench -- [options]

  --only PARTS      of proxy, embedded, scale, start-up, balancing, routing, with commas between. Default: all
  --runs N          runs, whose median is judged. Default 3
  --starts N        processes of a run. Default 3
  --samples N       samples of each variant in a process. Default 24
  --quick           1 run of 1 process of 12 samples: an indication, no verdict to rely on
  --candidate FILE  the Worker to judge. Default dist/worker.js
  --json FILE       the same, for machines

Exit code: 0 within all limits, 1 over one, 2 wrong usage or a wrong answer, 3 too noisy to judge.
`

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: 'proxy,embedded,scale,start-up,balancing,routing' },
    runs: { type: 'string' },
    starts: { type: 'string' },
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
  const runs = count('runs', values.quick ? 1 : 3)
  const plan: Plan = {
    starts: count('starts', values.quick ? 1 : 3),
    samples: count('samples', values.quick ? 12 : 24),
  }
  const candidate = readFileSync(values.candidate, 'utf8')
  const say = (line: string) => console.error(line)
  const parts: Record<string, () => Promise<Section>> = {
    proxy: () => measureProxy(candidate, runs, plan, say),
    embedded: () => measureEmbedded(runs, plan, say),
    scale: () => measureScale(candidate, runs, plan, say),
    'start-up': () => measureStartUp(candidate, values.quick ? 3 : 9),
    balancing: () => measureBalancing(candidate, say),
    routing: () => measureRouting(say),
  }
  const chosen = values.only.split(',').map((name) => {
    const part = parts[name]
    if (part === undefined) throw new Error(`--only knows ${Object.keys(parts).join(', ')}; got "${name}".`)
    return part
  })

  const sections: Section[] = []
  for (const part of chosen) {
    const section = await part()
    console.log(told(section))
    sections.push(section)
  }
  const code = exitCode(sections)
  console.log(
    ['All limits hold.', 'A limit is broken.', '', 'The control was off: no verdict. Try a quieter hour.'][code],
  )
  if (values.json)
    writeFileSync(values.json, `${JSON.stringify({ exitCode: code, plan: { runs, ...plan }, sections }, null, 2)}\n`)
  return code
}

function count(option: 'runs' | 'starts' | 'samples', otherwise: number): number {
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
