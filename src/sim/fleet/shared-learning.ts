/** How the isolates of a tier hear of each other: what the stats object does with their digests, and KV with what it writes. */
import { type Clock, sleep } from '../../core/time/clock.ts'
import type { ReportsMaker } from '../../mesh/reports/reports.ts'
import { stats } from '../../mesh/reports/stats.ts'
import type { Registry } from '../../registry/registry.ts'
import type { Digest, DigestSink } from '../../telemetry/digest.ts'
import { type FleetPool, fleetPool } from '../../telemetry/fleet/pool.ts'
import { fleetKey } from '../../telemetry/fleet/view.ts'
import type { NumbersDigest } from '../../telemetry/numbers/numbers-digest.ts'
import { NOTHING } from '../../telemetry/numbers/sum.ts'
import { EVERY_MS } from '../../telemetry/reporter.ts'
import { endpointAddress } from '../address.ts'
import { isBackend } from '../record.ts'
import type { Scenario } from '../scenario.ts'

/** What the mesh of an isolate is made with. */
export interface SharedLearning {
  readonly registry: Registry
  readonly env: object
  readonly stats: ReportsMaker
}

/** To the object and back. */
const CALL_MS = 20
/** A location of Cloudflare may have read the key just before, and keeps for so long what stood there (`registry/kv.ts`). */
const LAG_MS = 30_000
/** `failure` (`numbers-digest.ts`), as often as a liar thinks is convincing. */
const ALL_FAILED = [0, 1_000]
const ALL_WELL = [1_000]

/** `undefined` where each isolate goes by what it sees itself. */
export function sharedLearning(scenario: Scenario, registry: Registry, clock: Clock): SharedLearning | undefined {
  const { fleet, liars = 0 } = scenario
  if (!fleet) return undefined
  const pool = fleetPool()
  let written: string | undefined
  const take = ({ isolate, numbers }: Pick<Digest, 'isolate' | 'numbers'>): ReturnType<FleetPool['take']> => {
    const now = clock.now()
    const view = pool.take(isolate, fleet, numbers, now)
    const text = pool.due(now)
    if (text !== undefined) clock.after(LAG_MS, () => (written = text))
    return view
  }
  const sink: DigestSink = {
    async digest(digest) {
      await sleep(clock, CALL_MS)
      return { fleet: take(digest) }
    },
  }
  for (let liar = 0; liar < liars; liar++) lie(`liar ${liar}`)

  function lie(isolate: string): void {
    take({ isolate, numbers: lies(scenario) })
    if (clock.now() < scenario.durationMs) clock.after(EVERY_MS, () => lie(isolate))
  }

  return {
    registry: {
      ...registry,
      async read(keys) {
        const entries = await registry.read(keys)
        return entries.map((entry, index) =>
          keys[index] === fleetKey() && written !== undefined ? { text: written } : entry,
        )
      },
    },
    env: { STATS: sink },
    stats: stats({ fleet }),
  }
}

function lies({ services, leaf }: Scenario): NumbersDigest {
  const service = services[leaf]
  const many = service && isBackend(service) ? service.endpoints.length : 0
  const told = Array.from({ length: many }, (_, index) => {
    const ends = index === 0 ? ALL_WELL : ALL_FAILED
    return [endpointAddress(leaf, index), { ends, ms: { zeros: 1_000, sum: 0, buckets: [] } }] as const
  })
  return { overflow: 0, services: { [leaf]: { ...NOTHING, endpoints: Object.fromEntries(told) } } }
}
