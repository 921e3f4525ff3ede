/** Embedded mode: what the library adds to a Worker that would call its binding itself. */
import { bundles } from './bundle.ts'
import type { Services } from './config.ts'
import { costs, type Row } from './costs.ts'
import { gained } from './limits.ts'
import { atMost, type Section } from './report.ts'
import { controlledRuns, ofRuns } from './runs.ts'
import { BESIDE, type Plan, type Setup, type Variant } from './setup.ts'

const rows: readonly (Row & Variant)[] = [
  { name: 'bare', title: 'env.UP.fetch(request)' },
  { name: 'control', title: 'control: the same' },
  { name: 'embedded', title: 'mesh.fetch(request)', kv: 'kv' },
  { name: 'embedded-for', title: 'mesh.for(request, ctx).fetch(request)', kv: 'kv' },
]

const UP = { UP: { service: 'origin' } }
const library = { REGISTRY: { kv: 'kv' }, USERS: { service: 'origin' } } as const
export const services: Services = {
  origin: { code: 'origin.js' },
  bare: { code: 'passthrough.js', bindings: UP },
  control: { code: 'passthrough.js', bindings: UP },
  embedded: { code: 'embedded.js', bindings: library },
  'embedded-for': { code: 'embedded-for.js', bindings: library },
}

export async function measureEmbedded(runs: number, plan: Plan, say: (line: string) => void): Promise<Section> {
  const modules = await bundles([...BESIDE, 'passthrough', 'embedded', 'embedded-for'])
  const twins = ['bare', 'control'] as const
  const setup: Setup = { services, kv: ['kv'], modules, variants: rows, twins, cases: ['small'], plan }
  const taken = await controlledRuns(runs, setup, 'embedded', say)
  const over = (name: string) => ofRuns(taken, 'small', (of) => of(name).ratio)
  const isJudged = !taken.off.has('small')
  return {
    title: `Embedded mode, GET small, 9 headers: CPU a call, median of ${runs} runs`,
    table: costs(taken, 'small', rows, 'bare'),
    checks: rows.slice(2).map(({ name, title }) => atMost(`${title} / bare`, over(name), gained('embedded'), isJudged)),
  }
}
