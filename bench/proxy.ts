/** Proxy mode by service binding, warm: the mesh against a bare passthrough and against what one would build today. */
import { bundles } from './bundle.ts'
import { type Workers, workerdConfig } from './config.ts'
import { atLeast, atMost, number, type Section } from './report.ts'
import { controlledRuns, medianOf, type Runs, ratio, us } from './runs.ts'
import { call, type Plan, type Variant } from './sampling.ts'
import { type ShapeName, shapes } from './variants/shapes.ts'
import { startWorkerd } from './workerd.ts'

/** At most so many times the CPU of a passthrough. */
const limits: Record<ShapeName, number> = { small: 1.25, post: 1.3, medium: 1.3, large: 1.03 }
/** What one would build today costs at least so many times as much as the mesh. */
const ahead = 1.9

const variants: readonly Variant[] = ['origin', 'passthrough', 'control', 'candidate', 'incumbent'].map((name) => ({
  name,
}))

const proxies = { REGISTRY: { kv: 'kv' }, USERS: { service: 'origin' } } as const
const workers: Workers = {
  driver: {
    code: 'driver.js',
    bindings: {
      KV: { service: 'kv' },
      ORIGIN: { service: 'origin' },
      origin: { service: 'origin' },
      passthrough: { service: 'passthrough' },
      control: { service: 'control' },
      candidate: { service: 'candidate', entrypoint: 'MeshEntrypoint' },
      incumbent: { service: 'incumbent' },
    },
  },
  origin: { code: 'origin.js' },
  kv: { code: 'kv.js' },
  passthrough: { code: 'passthrough.js', bindings: { UP: { service: 'origin' } } },
  control: { code: 'passthrough.js', bindings: { UP: { service: 'origin' } } },
  candidate: { code: 'candidate.js', bindings: proxies },
  incumbent: { code: 'incumbent.js', bindings: proxies },
}

/** @param candidate the code of the Worker to judge. */
export async function measureProxy(
  candidate: string,
  runs: number,
  plan: Plan,
  say: (line: string) => void,
): Promise<Section> {
  const modules = {
    ...(await bundles(['driver', 'origin', 'kv', 'passthrough', 'incumbent'])),
    'candidate.js': candidate,
  }
  const names = Object.keys(shapes) as ShapeName[]
  const twins = ['passthrough', 'control'] as const
  const taken = await controlledRuns(runs, { workers, modules, variants, shapes: names, plan }, twins, say)
  const isJudged = (shape: ShapeName) => !taken.off.includes(shape)
  const memory = await peaks(modules)

  return {
    title: `Proxy mode by service binding, warm: µs CPU a call, x passthrough (median of ${runs} runs)`,
    table: [
      ['', ...names.map((name) => shapes[name].title)],
      ...variants.map(({ name }) => [name, ...names.map((shape) => cell(taken, shape, name))]),
      ...taken.figures.map((figures, i) => [
        `candidate, run ${i + 1}`,
        ...names.map((shape) => number(ratio(figures, shape, 'candidate', 'passthrough'))),
      ]),
    ],
    notes: [
      `peak memory over 10 MB answers: ${Object.entries(memory)
        .map(([name, mib]) => `${name} ${Math.round(mib)} MiB`)
        .join(', ')}`,
      `registry reads: candidate ${reads(taken, 'candidate')}, incumbent ${reads(taken, 'incumbent')}`,
    ],
    checks: [
      ...names.map((shape) => {
        const value = medianOf(taken, (figures) => ratio(figures, shape, 'candidate', 'passthrough'))
        return atMost(`candidate / passthrough, ${shapes[shape].title}`, value, limits[shape], isJudged(shape))
      }),
      atLeast(
        'incumbent / candidate, GET small',
        medianOf(taken, (figures) => ratio(figures, 'small', 'incumbent', 'candidate')),
        ahead,
        isJudged('small'),
      ),
      atMost('registry reads of the candidate above one a 5 s window', excessReads(taken), 0),
      // The sampler would have stopped at any other number.
      atMost('calls of the origin above one a call', 0, 0),
    ],
  }
}

function cell(runs: Runs, shape: string, variant: string): string {
  const cost = medianOf(runs, (figures) => us(figures, shape, variant))
  return `${cost.toFixed(1)} (${medianOf(runs, (figures) => ratio(figures, shape, variant, 'passthrough')).toFixed(3)})`
}

function reads({ figures }: Runs, variant: string): string {
  const all = figures.flatMap((run) => Object.values(run).flatMap((row) => row[variant] ?? []))
  const sum = (pick: 'kvReads' | 'calls') => all.reduce((total, figure) => total + figure[pick], 0)
  return `${sum('kvReads')} in ${sum('calls')} calls`
}

function excessReads({ figures }: Runs): number {
  const all = figures.flatMap((run) => Object.values(run).flatMap((row) => row.candidate ?? []))
  return all.reduce((excess, { kvReads, refreshes }) => excess + Math.max(0, kvReads - refreshes), 0)
}

/** The memory of a process that does nothing but pass on 10 MB answers, in MiB. */
async function peaks(modules: Readonly<Record<string, string>>): Promise<Record<string, number>> {
  const memory: Record<string, number> = {}
  for (const name of ['passthrough', 'candidate']) {
    const workerd = await startWorkerd(workerdConfig(workers, 'driver'), modules)
    try {
      await call(workerd, { name }, 'large', 100)
      memory[name] = workerd.peakRssMiB()
    } finally {
      await workerd.stop()
    }
  }
  return memory
}
