/** Proxy mode by URL: a record of three endpoints, against a passthrough and a handler by hand that know one address. */
import { bundles } from './bundle.ts'
import type { Services } from './config.ts'
import { costs, type Row } from './costs.ts'
import type { Section } from './report.ts'
import { controlledRuns } from './runs.ts'
import { BESIDE, type Plan, type Setup, type Variant } from './setup.ts'

const rows: readonly (Row & Variant)[] = [
  { name: 'passthrough', title: 'passthrough' },
  { name: 'control', title: 'control: the same' },
  { name: 'by-hand', title: 'by hand' },
  { name: 'candidate', title: 'candidate', entrypoint: 'MeshEntrypoint', kv: 'candidate-kv' },
  { name: 'incumbent', title: 'incumbent', kv: 'incumbent-kv' },
]
const KV = ['candidate-kv', 'incumbent-kv']

// All URLs lead to the origin in the same process: the network is no part of what is compared.
const outbound = 'origin'
const flags = ['no_nodejs_global_timers']
const services: Services = {
  origin: { code: 'origin.js' },
  passthrough: { code: 'passthrough-url.js', outbound },
  control: { code: 'passthrough-url.js', outbound },
  'by-hand': { code: 'by-hand-url.js', outbound, flags },
  candidate: { code: 'candidate.js', outbound, bindings: { REGISTRY: { kv: 'candidate-kv' } }, flags },
  incumbent: { code: 'incumbent.js', outbound, bindings: { REGISTRY: { kv: 'incumbent-kv' } } },
}

/** @param candidate the code of the Worker to judge. */
export async function measureUrls(
  candidate: string,
  runs: number,
  plan: Plan,
  say: (line: string) => void,
): Promise<Section> {
  const baselines = ['passthrough-url', 'by-hand-url', 'incumbent']
  const modules = { ...(await bundles([...BESIDE, ...baselines])), 'candidate.js': candidate }
  const twins = ['passthrough', 'control'] as const
  const setup: Setup = { services, kv: KV, modules, variants: rows, twins, cases: ['url'], plan }
  const taken = await controlledRuns(runs, setup, 'urls', say)
  return {
    title: `Proxy mode by URL, three endpoints, GET small, 9 headers: CPU a call, median of ${runs} runs`,
    table: costs(taken, 'url', rows, 'passthrough'),
    notes: ['No limit is set: it is here to be seen beside the figures by binding.'],
    checks: [],
  }
}
