/** Proxy mode by service binding: the mesh against a bare passthrough, a handler written by hand, and what one would build today. */
import { bundles } from './bundle.ts'
import type { Services } from './config.ts'
import { costs, type Row } from './costs.ts'
import type { Figure } from './figures.ts'
import { withKv } from './kv-process.ts'
import { gained, LARGE, UPLOAD_BY_HAND } from './limits.ts'
import { peaks } from './memory.ts'
import { atLeast, atMost, type Check, number, type Section } from './report.ts'
import { controlledRuns, ofRuns, type Runs } from './runs.ts'
import { BESIDE, type Plan, type Setup, type Variant } from './setup.ts'
import { type CaseName, caseOf } from './variants/cases.ts'

export const rows: readonly (Row & Variant)[] = [
  { name: 'origin', title: 'origin, no Worker between' },
  { name: 'passthrough', title: 'passthrough' },
  { name: 'control', title: 'control: the same' },
  { name: 'by-hand', title: 'by hand' },
  { name: 'by-hand-2026-11', title: 'by hand, as it was 2026-11' },
  { name: 'candidate', title: 'candidate', entrypoint: 'MeshEntrypoint', kv: 'candidate-kv' },
  { name: 'incumbent', title: 'incumbent', kv: 'incumbent-kv' },
]
export const KV = ['candidate-kv', 'incumbent-kv']
const CASES = ['small', 'one', 'ruled', 'post', 'medium', 'large', 'upload'] as const satisfies readonly CaseName[]

const UP = { UP: { service: 'origin' } }
/** As wrangler.toml has it: Node's timers are put before workerd's own at this date, and cost a third more. */
const flags = ['no_nodejs_global_timers']
export const services: Services = {
  origin: { code: 'origin.js' },
  passthrough: { code: 'passthrough.js', bindings: UP },
  control: { code: 'passthrough.js', bindings: UP },
  'by-hand': { code: 'by-hand.js', bindings: UP, flags },
  'by-hand-2026-11': { code: 'by-hand-2026-11.js', bindings: UP },
  candidate: {
    code: 'candidate.js',
    bindings: { REGISTRY: { kv: 'candidate-kv' }, USERS: { service: 'origin' } },
    flags,
  },
  incumbent: { code: 'incumbent.js', bindings: { REGISTRY: { kv: 'incumbent-kv' }, USERS: { service: 'origin' } } },
}

/** @param candidate the code of the Worker to judge. */
export async function measureProxy(
  candidate: string,
  runs: number,
  plan: Plan,
  say: (line: string) => void,
): Promise<Section[]> {
  const modules = await modulesOf(candidate)
  const twins = ['passthrough', 'control'] as const
  const setup: Setup = { services, kv: KV, modules, variants: rows, twins, cases: CASES, plan }
  const taken = await controlledRuns(runs, setup, 'proxy', say)
  const memory = await withKv(KV, (registries) => peaks({ ...services, ...registries }, modules))
  return [
    {
      title: `Proxy mode by service binding, ${caseOf('small').title}, 9 headers: CPU a call, median of ${runs} runs`,
      table: costs(taken, 'small', rows, 'passthrough'),
      notes: [
        `sum: ${plan.warmCalls} warm calls a run. cold: the first ${plan.coldCalls} of an isolate. x: a passthrough is 1`,
        `peak memory of a process that passes on 10 MB answers, MiB: ${memory}`,
        `registry reads, warm: candidate ${reads(taken, 'candidate')}, incumbent ${reads(taken, 'incumbent')}`,
      ],
      checks: smallChecks(taken),
    },
    {
      title: 'The same by case, warm: µs (median x passthrough)',
      table: [
        ['', ...CASES.map((name) => caseOf(name).title)],
        ...rows.map(({ name, title }) => [title, ...CASES.map((of) => cell(taken, of, name))]),
      ],
      checks: caseChecks(taken),
    },
  ]
}

export async function modulesOf(candidate: string): Promise<Record<string, string>> {
  const baselines = ['passthrough', 'by-hand', 'by-hand-2026-11', 'incumbent']
  return { ...(await bundles([...BESIDE, ...baselines])), 'candidate.js': candidate }
}

function smallChecks(taken: Runs): Check[] {
  const isWarm = !taken.off.has('small')
  const isCold = !taken.off.has('cold')
  const warm = (of: (variant: string) => Figure, name: string) => of(name).ratio
  const over = (name: string) => ofRuns(taken, 'small', (of) => warm(of, 'candidate') / warm(of, name))
  const ahead = ofRuns(taken, 'small', (of) => warm(of, 'incumbent') / warm(of, 'candidate'))
  const cold = ofRuns(taken, 'cold', (of) => of('candidate').sumRatio)
  const aheadCold = ofRuns(taken, 'cold', (of) => of('incumbent').sumRatio / of('candidate').sumRatio)
  return [
    atMost(
      'candidate / passthrough',
      ofRuns(taken, 'small', (of) => warm(of, 'candidate')),
      gained('small'),
      isWarm,
    ),
    atMost('candidate / by hand', over('by-hand'), gained('smallByHand'), isWarm),
    atLeast('incumbent / candidate', ahead, gained('ahead'), isWarm),
    atMost('candidate / passthrough, cold', cold, gained('cold'), isCold),
    atLeast('incumbent / candidate, cold', aheadCold, gained('aheadCold'), isCold),
    atMost('registry reads of the candidate above one a 5 s window', excessReads(taken), 0),
    // The driver stops at any other number.
    atMost('calls of the origin above one a call', 0, 0),
  ]
}

function caseChecks(taken: Runs): Check[] {
  const limits = [
    ['post', gained('post')],
    ['medium', gained('medium')],
    ['large', LARGE],
  ] as const
  const byHand = ofRuns(taken, 'upload', (of) => of('candidate').ratio / of('by-hand').ratio)
  return [
    ...limits.map(([name, limit]) => {
      const value = ofRuns(taken, name, (of) => of('candidate').ratio)
      return atMost(`candidate / passthrough, ${caseOf(name).title}`, value, limit, !taken.off.has(name))
    }),
    atMost(`candidate / by hand, ${caseOf('upload').title}`, byHand, UPLOAD_BY_HAND, !taken.off.has('upload')),
  ]
}

function cell(runs: Runs, name: string, variant: string): string {
  const us = ofRuns(runs, name, (of) => of(variant).us)
  return `${us.toFixed(us < 1000 ? 1 : 0)} (${number(ofRuns(runs, name, (of) => of(variant).ratio))})`
}

function reads(runs: Runs, variant: string): string {
  const all = allOf(runs, variant)
  const sum = (pick: 'kvReads' | 'calls') => all.reduce((total, figure) => total + figure[pick], 0)
  return `${sum('kvReads')} in ${sum('calls')} calls`
}

function excessReads(runs: Runs): number {
  return allOf(runs, 'candidate').reduce(
    (excess, { kvReads, refreshes }) => excess + Math.max(0, kvReads - refreshes),
    0,
  )
}

/** Warm: of the first calls of an isolate several may read at once. */
function allOf({ figures }: Runs, variant: string): Figure[] {
  const rows = figures.flatMap((run) => Object.entries(run).filter(([name]) => name !== 'cold'))
  return rows.flatMap(([, row]) => row[variant] ?? [])
}
