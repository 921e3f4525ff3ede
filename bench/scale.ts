/** Does a large registry cost more a call than a small one? Warm, by URL endpoints that all lead to the origin. */
import { bundles } from './bundle.ts'
import type { Services } from './config.ts'
import { heapOf } from './heap.ts'
import { GROWTH, HEAP_MIB } from './limits.ts'
import { atMost, type Section } from './report.ts'
import { controlledRuns, figureOf, ofRuns, type Runs } from './runs.ts'
import { BESIDE, type Plan, type Setup, type Variant } from './setup.ts'
import { registrySize } from './variants/records.ts'

const heapServices = 10_000
/** Names called in turn, spread over the registry. */
const called = 1_000

const entrypoint = 'MeshEntrypoint'
const variants: readonly (Variant & { readonly title: string })[] = [
  { name: 'one', entrypoint, title: '1 name of 3 endpoints', hosts: ['n0'] },
  { name: 'control', entrypoint, title: 'control: the same', hosts: ['n0'] },
  {
    name: 'many',
    entrypoint,
    title: `${called} names of ${registrySize}`,
    hosts: Array.from({ length: called }, (_, i) => `n${i * (registrySize / called)}`),
  },
  { name: 'wide', entrypoint, title: '1 name of 1000 endpoints', hosts: ['wide'] },
]

// A record is refreshed a window, however many calls there are: here no window ends, as the cost of a call is sought.
const mesh = {
  code: 'candidate.js',
  outbound: 'origin',
  bindings: { REGISTRY: { kv: 'kv' }, MESH_FRESH: { text: '1h' } },
} as const

const services: Services = {
  origin: { code: 'origin.js' },
  ...Object.fromEntries(variants.map(({ name }) => [name, mesh])),
}

export async function measureScale(
  candidate: string,
  runs: number,
  plan: Plan,
  say: (line: string) => void,
): Promise<Section> {
  const modules = { ...(await bundles(BESIDE)), 'candidate.js': candidate }
  const twins = ['one', 'control'] as const
  const setup: Setup = { services, kv: ['kv'], modules, variants, twins, cases: ['small'], plan }
  const taken = await controlledRuns(runs, setup, 'scale', say)
  const growth = (name: string) => ofRuns(taken, 'small', (of) => of(name).ratio - 1)
  const spread = Math.abs(growth('control'))
  const isJudged = !taken.off.has('small')
  return {
    title: `Scale of the registry, GET small: µs CPU a call, median of ${runs} runs`,
    table: [
      ['', 'µs', 'growth', 'of each run'],
      ...variants.map(({ name, title }) => [
        title,
        ofRuns(taken, 'small', (of) => of(name).us).toFixed(1),
        percent(growth(name)),
        strayed(taken, name),
      ]),
    ],
    notes: [`the control strayed by ${percent(spread)}; growth is judged beyond that`],
    checks: [
      ...variants
        .slice(2)
        .map(({ name, title }) => atMost(`growth, ${title}`, growth(name) - spread, GROWTH, isJudged)),
      atMost(`MiB of heap for ${heapServices} services of 3 endpoints`, await heapOf(heapServices), HEAP_MIB),
    ],
  }
}

function strayed({ figures }: Runs, name: string): string {
  return figures.map((run) => percent(figureOf(run, 'small', name).ratio - 1)).join(' ')
}

const percent = (share: number) => `${(share * 100).toFixed(1)} %`
