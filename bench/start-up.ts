/** What a young isolate costs: the CPU from the start of workerd to a Worker's first answer, and that of its first call by name alone. */
import { readFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { bundle } from './bundle.ts'
import { type Binding, type Services, workerdConfig } from './config.ts'
import { withKv } from './kv-process.ts'
import { FIRST_CALL_MS, START_MS } from './limits.ts'
import { atMost, type Check, type Section } from './report.ts'
import { lowerQuartile } from './statistics.ts'
import { startWorkerd, type Workerd } from './workerd.ts'

/** Built Workers that are started. A row for each: `file` is one of dist/; that without is the candidate, which is judged. */
const builds: readonly { readonly title: string; readonly file?: string }[] = [{ title: 'default' }]

interface Start {
  readonly title: string
  /** The module of the Worker. */
  readonly code: string
  /** What is asked first. */
  readonly path: string
}

const HEALTH = '/-/healthz'
const BY_NAME = '/svc/users/orders/42?expand=lines'
const DIRECT = '/orders/42?expand=lines'
const trivial: Start = { title: 'trivial Worker', code: 'trivial.js', path: '/' }
const passthrough: Start = { title: 'passthrough with a KV.get', code: 'passthrough-kv.js', path: DIRECT }
const starts: readonly Start[] = [
  trivial,
  { ...trivial, title: 'control: the same' },
  passthrough,
  { ...passthrough, title: 'control: the same' },
  ...builds.flatMap(({ title, file = 'candidate.js' }) => [
    { title: `${title}, its own health`, code: file, path: HEALTH },
    { title: `${title}, a call by name`, code: file, path: BY_NAME },
  ]),
]
const bindings: Record<string, Binding> = { REGISTRY: { kv: 'kv' }, USERS: { service: 'origin' } }

/** What twins may differ by, in milliseconds, before there is no verdict. */
const SPREAD_MS = 1.5

interface Figure {
  readonly totalMs: number
  readonly callMs: number
}

/** @param candidate the code of the Worker to judge. @param count how often each is started. */
export async function measureStartUp(candidate: string, count: number, say: (line: string) => void): Promise<Section> {
  say(`start-up: ${count} starts of each of ${starts.length}`)
  const modules: Record<string, string> = {
    'trivial.js': await bundle('trivial'),
    'passthrough-kv.js': await bundle('passthrough-kv'),
    'origin.js': await bundle('origin'),
    'candidate.js': candidate,
  }
  for (const { file } of builds) {
    if (file) modules[file] = readFileSync(new URL(`../dist/${file}`, import.meta.url), 'utf8')
  }
  const taken: Figure[][] = starts.map(() => [])
  await withKv(['kv'], async (registry) => {
    for (let round = 0; round < count; round++) {
      for (const [i, start] of starts.entries()) taken[i]?.push(await started(start, modules, registry))
    }
  })
  const quartile = (index: number, of: keyof Figure) => lowerQuartile((taken[index] ?? []).map((figure) => figure[of]))
  const overTrivial = (index: number) => quartile(index, 'totalMs') - quartile(0, 'totalMs')
  const overPassthrough = (index: number) => quartile(index, 'callMs') - quartile(2, 'callMs')
  return {
    title: `A young isolate: ms CPU (lower quartile of ${count} starts)`,
    table: [
      ['', 'to the first answer', 'over trivial', 'its first call', 'over a passthrough'],
      ...starts.map(({ title }, i) => [
        title,
        quartile(i, 'totalMs').toFixed(1),
        overTrivial(i).toFixed(1),
        quartile(i, 'callMs').toFixed(1),
        overPassthrough(i).toFixed(1),
      ]),
    ],
    checks: checks(overTrivial, overPassthrough),
  }
}

function checks(overTrivial: (index: number) => number, overPassthrough: (index: number) => number): Check[] {
  const judged = (path: string) =>
    starts.findIndex(({ code, path: asked }) => code === 'candidate.js' && asked === path)
  const [isStartJudged, isCallJudged] = [overTrivial(1), overPassthrough(3)].map((ms) => Math.abs(ms) <= SPREAD_MS)
  return [
    atMost('ms of a start over a trivial Worker', overTrivial(judged(HEALTH)), START_MS, isStartJudged),
    atMost(
      'ms of a first call by name over a passthrough with a KV.get',
      overPassthrough(judged(BY_NAME)),
      FIRST_CALL_MS,
      isCallJudged,
    ),
  ]
}

async function started(
  { code, path }: Start,
  modules: Readonly<Record<string, string>>,
  registry: Services,
): Promise<Figure> {
  // workerd loads every Worker of its configuration: the one that is called is there for the trivial one, too.
  const services: Services = { ...registry, origin: { code: 'origin.js' }, asked: { code, bindings } }
  const workerd = await startWorkerd(workerdConfig(services, 'asked'), modules)
  try {
    const beforeUs = await quiet(workerd)
    const response = await fetch(workerd.url + path)
    const body = await response.text()
    if (!response.ok) throw new Error(`${code}${path}: ${response.status} ${body}`)
    // The scheduler books a thread's time when it goes to sleep.
    await wait(2)
    const afterUs = workerd.cpuUs()
    return { totalMs: afterUs / 1_000, callMs: (afterUs - beforeUs) / 1_000 }
  } finally {
    await workerd.stop()
  }
}

/** The CPU spent when the start has come to rest. */
async function quiet(workerd: Workerd): Promise<number> {
  for (let before = workerd.cpuUs(); ; ) {
    await wait(10)
    const after = workerd.cpuUs()
    if (after - before < 50) return after
    before = after
  }
}
