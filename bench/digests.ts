/** What the stats object takes to sum up isolates: CPU a digest, and how many a second one object bears. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bundles } from './bundle.ts'
import { atLeast, type Section } from './report.ts'
import { median } from './statistics.ts'
import type { Round } from './variants/digests.ts'
import { startWorkerd, type Workerd } from './workerd.ts'

/** Isolates that tell something in five seconds, and services that each of them has called. */
const ISOLATES = 1_000
const CASES = [1, 5, 20]
/** 1,000 isolates with traffic tell 200 digests a second. */
const DIGESTS_A_SECOND = 200

const config = (objects: string) => `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "digests", worker = (
      modules = [(name = "digests.js", esModule = embed "digests.js")],
      compatibilityDate = "2026-10-01",
      bindings = [(name = "STATS", durableObjectNamespace = "Stats")],
      durableObjectNamespaces = [(className = "Stats", uniqueKey = "stats", enableSql = true)],
      durableObjectStorage = (localDisk = "objects"))),
    (name = "objects", disk = (path = ${JSON.stringify(objects)}, writable = true))
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "digests")]
);
`

export async function measureDigests(rounds: number, say: (line: string) => void): Promise<Section> {
  const rows: { services: number; us: number; roadUs: number }[] = []
  for (const services of CASES) {
    say(`digests: ${rounds} rounds of ${ISOLATES} isolates with ${services} services each`)
    const folder = mkdtempSync(join(tmpdir(), 'selvedge-bench-digests-'))
    const workerd = await startWorkerd(config(folder), await bundles(['digests']))
    try {
      const us: number[] = []
      const roadUs: number[] = []
      // The first rounds are for the compiler.
      for (let sequence = 1; sequence <= rounds + 2; sequence++) {
        const road = await round(workerd, { method: 'nothing', isolates: ISOLATES, services, sequence })
        const all = await round(workerd, { method: 'digest', isolates: ISOLATES, services, sequence })
        if (sequence <= 2) continue
        us.push(all)
        roadUs.push(road)
      }
      rows.push({ services, us: median(us), roadUs: median(roadUs) })
    } finally {
      await workerd.stop()
      rmSync(folder, { recursive: true, force: true })
    }
  }
  const most = rows.map(({ us }) => 1_000_000 / us)
  return {
    title: `The stats object: µs CPU a digest of 100 calls a service, ${ISOLATES} isolates, written every 5 s`,
    table: [
      ['services', 'µs', 'of that on the way', 'digests a second'],
      ...rows.map(({ services, us, roadUs }, index) => [
        String(services),
        us.toFixed(0),
        roadUs.toFixed(0),
        (most[index] ?? 0).toFixed(0),
      ]),
    ],
    checks: [atLeast('digests a second, of 20 services each', most.at(-1) ?? 0, DIGESTS_A_SECOND)],
    notes: ['Both ends of the call are in it: an object alone takes more.'],
  }
}

/** CPU of a round, a digest. */
async function round(workerd: Workerd, asked: Round): Promise<number> {
  const before = workerd.cpuUs()
  const answer = await fetch(workerd.url, { method: 'POST', body: JSON.stringify(asked) })
  const { taken, told } = (await answer.json()) as { taken: number; told: number }
  if (taken !== asked.isolates || told !== asked.services) throw new Error(`${taken} digests of ${told} services.`)
  return (workerd.cpuUs() - before) / asked.isolates
}
