/** The CPU that workerd spends from its start to the first answer of a Worker, over that of a trivial one. */
import { bundle } from './bundle.ts'
import { type Services, workerdConfig } from './config.ts'
import { withKv } from './kv-process.ts'
import { atMost, number, type Section } from './report.ts'
import { lowerQuartile } from './statistics.ts'
import { startWorkerd } from './workerd.ts'

/** Milliseconds. */
const limit = 8

const services = {
  trivial: { code: 'trivial.js' },
  candidate: { code: 'candidate.js', bindings: { REGISTRY: { kv: 'kv' }, USERS: { service: 'origin' } } },
  origin: { code: 'origin.js' },
} satisfies Services

/** What is started, and asked first. */
const starts = [
  { title: 'trivial Worker', entry: 'trivial', path: '/' },
  { title: 'control: the same', entry: 'trivial', path: '/' },
  { title: 'candidate, its own health', entry: 'candidate', path: '/-/healthz' },
  { title: 'candidate, a call by name', entry: 'candidate', path: '/svc/users/orders/42?expand=lines' },
] as const

export async function measureStartUp(candidate: string, count: number): Promise<Section> {
  const modules = {
    'trivial.js': await bundle('trivial'),
    'candidate.js': candidate,
    'origin.js': await bundle('origin'),
  }
  const ms: number[][] = starts.map(() => [])
  await withKv(['kv'], async (registry) => {
    for (let round = 0; round < count; round++) {
      for (const [i, { entry, path }] of starts.entries()) {
        ms[i]?.push(await cpuToAnswer(entry, path, modules, registry))
      }
    }
  })
  const [trivial = 0, control = 0, health = 0, byName = 0] = ms.map(lowerQuartile)
  return {
    title: `Start-up: ms CPU to the first answer (lower quartile of ${count} starts)`,
    table: [
      ['', 'ms', 'over trivial'],
      ...[trivial, control, health, byName].map((figure, i) => [
        starts[i]?.title ?? '',
        number(figure),
        (figure - trivial).toFixed(1),
      ]),
    ],
    checks: [atMost('ms over a trivial Worker', health - trivial, limit)],
  }
}

async function cpuToAnswer(
  entry: 'trivial' | 'candidate',
  path: string,
  modules: Readonly<Record<string, string>>,
  registry: Services,
): Promise<number> {
  // workerd loads every Worker of its configuration: the one that the candidate calls is there for the trivial one, too.
  const { [entry]: asked, origin } = services
  const config = workerdConfig({ ...registry, origin, [entry]: asked }, entry)
  const workerd = await startWorkerd(config, modules)
  try {
    const response = await fetch(workerd.url + path)
    const body = await response.text()
    if (!response.ok) throw new Error(`${entry}${path}: ${response.status} ${body}`)
    return workerd.cpuUs() / 1_000
  } finally {
    await workerd.stop()
  }
}
