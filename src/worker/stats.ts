/** What an isolate tells of its calls, as a part of a Worker: numbers of all, shapes of a share. On where the binding STATS_OBJECT is there. */
import { systemClock } from '../core/time/clock.ts'
import { systemRandom } from '../core/time/random.ts'
import type { Defer } from '../mesh/accept.ts'
import { counting } from '../mesh/counting.ts'
import type { Part } from '../mesh/inside.ts'
import { type LearnedSource, learned } from '../mesh/learned.ts'
import { reporting } from '../mesh/reports/reporting.ts'
import type { Reports } from '../mesh/reports/reports.ts'
import type { Registry } from '../registry/registry.ts'
import { type Digest, type DigestAnswer, STATS, type StatsNamespace } from '../telemetry/digest.ts'
import { fleetKey, fleetMode } from '../telemetry/fleet/view.ts'
import { tapping } from '../telemetry/tap/tapping.ts'
import { namedByBinding } from '../wire/caller.ts'
import { type Recorder, recorder } from './shapes/recorder.ts'

export interface StatsEnv {
  /** The object of the control plane that sums up what isolates tell. */
  readonly STATS_OBJECT?: StatsNamespace
  /** The share of requests whose shape is recorded, 0 to 1. Default 0.05; 0: none is, and numbers are told all the same. */
  readonly MESH_SHAPES?: string
  /** Does an isolate hear what others have seen of endpoints? `off`, `digests` or `first`. Default `off`. */
  readonly MESH_FLEET?: string
}

export interface Telling {
  /** How the mesh is to count its calls. */
  readonly reports: Reports
  /** Records shapes, where any are to be recorded. */
  readonly recorder: Recorder | undefined
  /** The mesh that counts so, made: what it learns is told, too. */
  watch(mesh: { with<Of>(part: Part<Of>): Of }): void
  /** A request came: what is counted of it is told within seconds. */
  due(defer: Defer): void
  /** Hands on what a function with the library has counted, with the name that its binding says. @throws where it says none. */
  relay(digest: Digest, ctx: { readonly props?: unknown }): Promise<DigestAnswer | undefined>
}

/** What `createWorker` takes as its part `stats`. `undefined` where there is nobody to tell. */
export type Stats = (env: StatsEnv, registry: Registry) => Telling | undefined

/** One shape costs some 4 µs (`npm run bench -- --only small`): so a request costs 0.2 µs more. */
export const SHARE = 0.05

/** @throws {TypeError} for a share, or a mode, that is none. */
export const stats: Stats = ({ STATS_OBJECT, MESH_SHAPES, MESH_FLEET }, registry) => {
  const share = Number(MESH_SHAPES ?? SHARE)
  if (!(share >= 0 && share <= 1)) throw new TypeError(`MESH_SHAPES is a share from 0 to 1; got "${MESH_SHAPES}".`)
  const mode = fleetMode(MESH_FLEET, 'MESH_FLEET')
  if (STATS_OBJECT === undefined) return undefined
  const random = systemRandom()
  const tapped = tapping(systemClock)
  let known: LearnedSource | undefined
  const { numbers, reporter, made, ...reads } = reporting({
    clock: systemClock,
    random,
    registry,
    mode,
    key: fleetKey(),
    learned: (services) => known?.(systemClock.now(), services),
    send: (digest) => STATS_OBJECT.getByName(STATS).digest(digest),
    obey: ({ taps = [] }) => tapped.obey(taps),
  })
  reporter.add(() => {
    const taps = tapped.take()
    return taps && { taps }
  })
  const shapes = share === 0 ? undefined : recorder({ registry: reads.registry, share, random, reporter })
  return {
    reports: { registry: shapes?.registry ?? reads.registry, counting: counting(numbers, tapped), made },
    recorder: shapes,
    watch(mesh) {
      known = mesh.with(learned)
    },
    due: reporter.due,
    relay: (digest, ctx) => STATS_OBJECT.getByName(STATS).report(namedByBinding(ctx), digest),
  }
}
