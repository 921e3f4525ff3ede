/** Proxy mode by service binding, warm: the mesh against a bare passthrough and against what one would build today. */
import { get } from 'node:http'
import { bundles } from './bundle.ts'
import { type Services, workerdConfig } from './config.ts'
import { withKv } from './kv-process.ts'
import { atLeast, atMost, number, type Section } from './report.ts'
import { controlledRuns, figureOf, ofRuns, type Runs } from './runs.ts'
import { type Figure, type Plan, type Setup, type Variant, WrongAnswer } from './sampling.ts'
import { type ShapeName, shapes } from './variants/shapes.ts'
import { startWorkerd } from './workerd.ts'

/** At most so many times the CPU of a passthrough. */
const limits: Record<ShapeName, number> = { small: 1.25, post: 1.3, medium: 1.3, large: 1.03 }
/** At most so many times the CPU of a handler that asks the same of the platform, and does nothing else (variants/by-hand.ts). */
const overByHand = 1.25
/** What one would build today costs at least so many times as much as the mesh. */
const ahead = 1.9

const variants: readonly Variant[] = ['origin', 'passthrough', 'control', 'by-hand', 'candidate', 'incumbent'].map(
  (name) => ({ name }),
)

const services: Services = {
  driver: {
    code: 'driver.js',
    bindings: {
      ORIGIN: { service: 'origin' },
      'candidate kv': { service: 'candidate-kv' },
      'incumbent kv': { service: 'incumbent-kv' },
      origin: { service: 'origin' },
      passthrough: { service: 'passthrough' },
      control: { service: 'control' },
      'by-hand': { service: 'by-hand' },
      candidate: { service: 'candidate', entrypoint: 'MeshEntrypoint' },
      incumbent: { service: 'incumbent' },
    },
  },
  origin: { code: 'origin.js' },
  passthrough: { code: 'passthrough.js', bindings: { UP: { service: 'origin' } } },
  control: { code: 'passthrough.js', bindings: { UP: { service: 'origin' } } },
  'by-hand': { code: 'by-hand.js', bindings: { UP: { service: 'origin' } } },
  candidate: { code: 'candidate.js', bindings: { REGISTRY: { kv: 'candidate-kv' }, USERS: { service: 'origin' } } },
  incumbent: { code: 'incumbent.js', bindings: { REGISTRY: { kv: 'incumbent-kv' }, USERS: { service: 'origin' } } },
}

/** @param candidate the code of the Worker to judge. */
export async function measureProxy(
  candidate: string,
  runs: number,
  plan: Plan,
  say: (line: string) => void,
): Promise<Section> {
  const modules = {
    ...(await bundles(['driver', 'origin', 'passthrough', 'by-hand', 'incumbent'])),
    'candidate.js': candidate,
  }
  const names = Object.keys(shapes) as ShapeName[]
  const kv = ['candidate-kv', 'incumbent-kv']
  const setup: Setup = { services, kv, modules, variants, twins: ['passthrough', 'control'], shapes: names, plan }
  const taken = await controlledRuns(runs, setup, say)
  const isJudged = (shape: ShapeName) => !taken.off.has(shape)
  const memory = await withKv(kv, (registries) => peaks({ ...services, ...registries }, modules))

  return {
    title: `Proxy mode by service binding, warm: µs CPU a call (x passthrough), median of ${runs} runs`,
    table: [
      ['', ...names.map((name) => shapes[name].title)],
      ...variants.map(({ name }) => [name, ...names.map((shape) => cell(taken, shape, name))]),
      ...taken.figures.map((figures, run) => [
        `candidate, run ${run + 1}`,
        ...names.map((shape) => `(${number(figureOf(figures, shape, 'candidate').ratio)})`),
      ]),
    ],
    notes: [
      `peak memory of a process that passes on 10 MB answers, MiB: ${memory}`,
      `registry reads: candidate ${reads(taken, 'candidate')}, incumbent ${reads(taken, 'incumbent')}`,
    ],
    checks: [
      ...names.map((shape) => {
        const value = ofRuns(taken, shape, (of) => of('candidate').ratio)
        return atMost(`candidate / passthrough, ${shapes[shape].title}`, value, limits[shape], isJudged(shape))
      }),
      atMost(
        'candidate / by-hand, GET small',
        ofRuns(taken, 'small', (of) => of('candidate').ratio / of('by-hand').ratio),
        overByHand,
        isJudged('small'),
      ),
      atLeast(
        'incumbent / candidate, GET small',
        ofRuns(taken, 'small', (of) => of('incumbent').ratio / of('candidate').ratio),
        ahead,
        isJudged('small'),
      ),
      atMost('registry reads of the candidate above one a 5 s window', excessReads(taken), 0),
      // The sampler stops at any other number.
      atMost('calls of the origin above one a call', 0, 0),
    ],
  }
}

function cell(runs: Runs, shape: string, variant: string): string {
  const us = ofRuns(runs, shape, (of) => of(variant).us)
  return `${us.toFixed(us < 1000 ? 1 : 0)} (${number(ofRuns(runs, shape, (of) => of(variant).ratio))})`
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

function allOf({ figures }: Runs, variant: string): Figure[] {
  return figures.flatMap((run) => Object.values(run).flatMap((row) => row[variant] ?? []))
}

/** The memory of processes that pass 10 MB answers on to a client outside, which throws them away. */
async function peaks(all: Services, modules: Readonly<Record<string, string>>): Promise<string> {
  const memory: string[] = []
  for (const name of ['passthrough', 'candidate']) {
    const workerd = await startWorkerd(workerdConfig(all, name), modules)
    try {
      for (let call = 0; call < 50; call++) await drain(workerd.url + shapes.large.path)
      memory.push(`${name} ${Math.round(workerd.peakRssMiB())}`)
    } finally {
      await workerd.stop()
    }
  }
  return memory.join(', ')
}

/** Says the name by Host, which `fetch` does not let one set. */
function drain(url: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = get(url, { headers: { host: 'users' } }, (response) => {
      let bytes = 0
      response.on('data', (chunk: Uint8Array) => {
        bytes += chunk.length
      })
      response.on('error', reject)
      response.on('end', () => {
        if (response.statusCode === 200 && bytes === shapes.large.responseBytes) resolve()
        else reject(new WrongAnswer(`${response.statusCode} and ${bytes} bytes`))
      })
    })
    request.on('error', reject)
  })
}
