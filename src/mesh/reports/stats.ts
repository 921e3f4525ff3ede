/** What the library tells of its calls: to the mesh's Worker, or to the control plane's. */
import { observer } from '../../core/engine/stack.ts'
import type { LogLevel } from '../../core/log.ts'
import type { CountGives, CountNeeds } from '../../features/count/filter.ts'
import { served } from '../../features/count/served.ts'
import type { DigestSink } from '../../telemetry/digest.ts'
import { type FleetMode, fleetKey, fleetMode } from '../../telemetry/fleet/view.ts'
import { numbers } from '../../telemetry/numbers/numbers.ts'
import { type Counting, counting } from '../counting.ts'
import { reporting } from './reporting.ts'
import type { Reports, ReportsFrom, ReportsMaker } from './reports.ts'

export interface StatsOptions {
  /**
   * The name in `env` of a service binding to `MeshEntrypoint` of the mesh's Worker, or to `StatsEntrypoint` of the control plane's.
   * Its `props` say who reports: `{ caller = "checkout" }`. Default `STATS` where `env` has it, else `MESH`.
   */
  readonly binding?: string
  /**
   * Does an isolate hear what the other isolates of this function have seen of endpoints? `digests`: in the answers to what it tells;
   * `first`: at its first call, too, which reads one key more. Default `off`.
   */
  readonly fleet?: FleetMode
}

type Defer = CountNeeds['background']

/**
 * Counts calls of `mesh.fetch` and requests of `mesh.serve`, and tells of them five seconds later. A call outside of `serve` and `for` is told of with
 * the next one whose isolate somebody keeps alive (`ctx`, or the option `waitUntil`).
 *
 * @example
 * const mesh = createMesh({ registry: kvRegistry(env.REGISTRY), env, name: 'checkout', stats: stats() })
 *
 * @throws {TypeError} for a `fleet` that is none.
 */
export function stats({ binding, fleet }: StatsOptions = {}): ReportsMaker {
  const mode = fleetMode(fleet, 'fleet')
  return (from) => {
    const { bindings } = from
    const name = binding ?? (bindings.STATS ? 'STATS' : 'MESH')
    const sink = bindings[name] as DigestSink | undefined
    const say = once(from)
    if (typeof sink?.digest === 'function')
      return told(from, mode, sink, (error) => say('warn', `"${name}" takes no numbers: ${error}`))
    // At a call: a mesh may be made at module scope, where there is no clock.
    const silent = observer<CountNeeds, CountGives>('count', {
      enter() {
        say('info', `Calls are not counted: env has no binding "${name}" to a mesh Worker or to the control plane's.`)
        return undefined
      },
    })
    return { registry: from.registry, counting: silent }
  }
}

function told(
  { registry, name, clock, random }: ReportsFrom,
  mode: FleetMode,
  sink: DigestSink,
  lost: (error: unknown) => void,
): Reports {
  const requests = numbers()
  const {
    numbers: calls,
    reporter,
    made,
    ...reads
  } = reporting({
    clock,
    random,
    registry,
    mode,
    key: fleetKey(name),
    async send(digest) {
      try {
        return await sink.digest(digest)
      } catch (error) {
        lost(error)
        throw error
      }
    },
  })
  reporter.add(() => {
    const taken = requests.take()
    return taken && { served: taken }
  })
  const began = (defer: Defer) => {
    if (defer) reporter.due(defer)
  }
  return {
    registry: reads.registry,
    made,
    counting: beginning(counting(calls), began),
    served: served(requests, began),
  }
}

/** The same, and somebody hears that a call begins. */
function beginning(
  { observer: counts, unclaimed, delivered, waiting }: Counting,
  began: (defer: Defer) => void,
): Counting {
  const counting = observer<CountNeeds, CountGives>('count', {
    ...counts,
    enter(request, context) {
      began(context.background)
      return counts.enter?.(request, context)
    },
  })
  return Object.assign(counting, { unclaimed, delivered, waiting })
}

/** One line is enough: it will be so at the next call, too. */
function once({ log }: ReportsFrom): (level: LogLevel, message: string) => void {
  let isSaid = false
  return (level, message) => {
    if (!isSaid) log({ level, event: 'not_reported', message })
    isSaid = true
  }
}
