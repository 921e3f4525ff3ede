/** Simulates changes: shapes of requests that the mesh has recorded are replayed against records that are not written. */
import type { Clock } from '../core/time/clock.ts'
import { seeded } from '../core/time/random.ts'
import type { Counted } from '../durable/stats/shape-book.ts'
import { type Place, predictor } from '../mesh/simulate/destination.ts'
import { simulate } from '../mesh/simulate/simulate.ts'
import type { Simulation } from '../mesh/simulate/simulation.ts'
import { candidateKeys } from '../registry/keys.ts'
import { pastKv } from '../registry/past-kv.ts'
import { STATS } from '../telemetry/digest.ts'
import type { Installation } from '../wire/installation.ts'
import { type ControlEnv, registryOf, type Stats } from './env.ts'

/** Shapes of a page, and of a simulation: as many as the object keeps. */
const PAGE = 1_000
const MOST_SHAPES = 20_000

export interface Asked {
  /** Texts by name; `null` deletes. */
  readonly changes: Readonly<Record<string, string | null>>
  /** Requests of so many milliseconds, to ten minutes. */
  readonly forMs: number
  /** Which services are replayed. */
  readonly isAsked: (name: string) => boolean
  readonly installation: Installation | undefined
  readonly clock: Clock
}

export interface Simulated extends Simulation {
  /** Since when shapes are kept; `null`: there are none, and nothing is known. */
  readonly recordedSince: number | null
}

export async function simulated(env: ControlEnv, asked: Asked): Promise<Simulated> {
  const { changes, forMs, isAsked, installation, clock } = asked
  const stats = env.STATS_OBJECT?.getByName(STATS)
  const counted = stats ? (await recorded(stats, forMs)).filter(({ shape }) => isAsked(shape.service)) : []
  const { oldestAt } = stats ? await stats.coverage() : { oldestAt: undefined }
  const registry = registryOf(env)
  const standing = pastKv(async (names) => (await registry.read(names, 0)).entries)
  await standing.prepare(new Set(counted.flatMap(({ shape }) => candidateKeys(shape.service))))
  const place = { installation, clock, random: seeded(1) } satisfies Omit<Place, 'registry'>
  const before = predictor({ ...place, registry: standing.registry })
  const after = predictor({ ...place, registry: standing.with(changes) })
  return { recordedSince: oldestAt ?? null, ...(await simulate(counted, before, after)) }
}

async function recorded(stats: Stats, forMs: number): Promise<Counted[]> {
  const all: Counted[] = []
  for (let cursor = ''; all.length < MOST_SHAPES; ) {
    const page = await stats.shapes({ forMs, cursor, limit: PAGE })
    all.push(...page.items)
    if (page.cursor === undefined) break
    cursor = page.cursor
  }
  return all
}
