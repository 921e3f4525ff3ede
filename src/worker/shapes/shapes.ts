/** Recording of shapes, as a part of a Worker: on where the binding STATS_OBJECT is there, unless MESH_SHAPES says 0. */
import { systemClock } from '../../core/time/clock.ts'
import { systemRandom } from '../../core/time/random.ts'
import type { Registry } from '../../registry/registry.ts'
import { STATS, type StatsNamespace } from '../../telemetry/digest.ts'
import { type Recorder, recorder } from './recorder.ts'

export interface ShapesEnv {
  /** The object of the control plane that sums up what isolates tell. */
  readonly STATS_OBJECT?: StatsNamespace
  /** The share of requests whose shape is recorded, 0 to 1. Default 0.05. */
  readonly MESH_SHAPES?: string
}

/** What `createWorker` takes as its part `shapes`. `undefined` where nothing is to be recorded. */
export type Shapes = (env: ShapesEnv, registry: Registry) => Recorder | undefined

/** One shape costs some 4 µs (`npm run bench -- --only small`): so a request costs 0.2 µs more. */
export const SHARE = 0.05

/** @throws {TypeError} for a share that is none. */
export const shapes: Shapes = ({ STATS_OBJECT, MESH_SHAPES }, registry) => {
  const share = Number(MESH_SHAPES ?? SHARE)
  if (!(share >= 0 && share <= 1)) throw new TypeError(`MESH_SHAPES is a share from 0 to 1; got "${MESH_SHAPES}".`)
  if (STATS_OBJECT === undefined || share === 0) return undefined
  return recorder({
    registry,
    share,
    clock: systemClock,
    random: systemRandom(),
    send: (digest) => STATS_OBJECT.getByName(STATS).digest(digest),
  })
}
