/** What an isolate tells of its calls, as a part of a Worker: numbers of all, shapes of a share. On where the binding STATS_OBJECT is there. */
import { systemClock } from '../core/time/clock.ts'
import { systemRandom } from '../core/time/random.ts'
import type { Defer } from '../mesh/accept.ts'
import { type Counting, counting } from '../mesh/counting.ts'
import type { Part } from '../mesh/inside.ts'
import { type LearnedSource, learned } from '../mesh/learned.ts'
import type { Registry } from '../registry/registry.ts'
import { STATS, type StatsNamespace } from '../telemetry/digest.ts'
import { numbers } from '../telemetry/numbers/numbers.ts'
import { reporter } from '../telemetry/reporter.ts'
import { tapping } from '../telemetry/tap/tapping.ts'
import { type Recorder, recorder } from './shapes/recorder.ts'

export interface StatsEnv {
  /** The object of the control plane that sums up what isolates tell. */
  readonly STATS_OBJECT?: StatsNamespace
  /** The share of requests whose shape is recorded, 0 to 1. Default 0.05; 0: none is, and numbers are told all the same. */
  readonly MESH_SHAPES?: string
}

export interface Telling {
  /** How the mesh is to count its calls. */
  readonly counting: Counting
  /** Records shapes, where any are to be recorded. */
  readonly recorder: Recorder | undefined
  /** The mesh that counts so, made: what it learns is told, too. */
  watch(mesh: { with<Of>(part: Part<Of>): Of }): void
  /** A request came: what is counted of it is told within seconds. */
  due(defer: Defer): void
}

/** What `createWorker` takes as its part `stats`. `undefined` where there is nobody to tell. */
export type Stats = (env: StatsEnv, registry: Registry) => Telling | undefined

/** One shape costs some 4 µs (`npm run bench -- --only small`): so a request costs 0.2 µs more. */
export const SHARE = 0.05

/** @throws {TypeError} for a share that is none. */
export const stats: Stats = ({ STATS_OBJECT, MESH_SHAPES }, registry) => {
  const share = Number(MESH_SHAPES ?? SHARE)
  if (!(share >= 0 && share <= 1)) throw new TypeError(`MESH_SHAPES is a share from 0 to 1; got "${MESH_SHAPES}".`)
  if (STATS_OBJECT === undefined) return undefined
  const random = systemRandom()
  const tapped = tapping(systemClock)
  const told = reporter({
    clock: systemClock,
    random,
    async send(digest) {
      const answer = await STATS_OBJECT.getByName(STATS).digest(digest)
      tapped.obey((typeof answer === 'object' && answer.taps) || [])
    },
  })
  const counted = numbers()
  let known: LearnedSource | undefined
  told.add(() => {
    const taken = counted.take()
    return taken && { numbers: taken, learned: known?.(systemClock.now(), taken.services) }
  })
  told.add(() => {
    const taps = tapped.take()
    return taps && { taps }
  })
  return {
    counting: counting(counted, tapped),
    recorder: share === 0 ? undefined : recorder({ registry, share, random, reporter: told }),
    watch(mesh) {
      known = mesh.with(learned)
    },
    due: told.due,
  }
}
