/** Records shapes of requests: a share of them, into a bounded list that is sent every few seconds, and that no request waits for. */
import type { ServiceName } from '../../core/endpoint.ts'
import type { Random } from '../../core/time/random.ts'
import { acceptedPriority, type Defer } from '../../mesh/accept.ts'
import type { Called } from '../../mesh/called-host.ts'
import type { Registry } from '../../registry/registry.ts'
import type { Reporter } from '../../telemetry/reporter.ts'
import type { Shape } from '../../telemetry/shape/shape.ts'
import { rulebook } from './rulebook.ts'
import { shapeOf } from './shape-of.ts'

/** Shapes of a digest, at most. */
export const MOST_SHAPES = 100

export interface Recorder {
  /** What the mesh is to read its records by: what their rules look at is noted on the way. */
  readonly registry: Registry
  /** Is it this request's turn? Asked once a request. */
  isDue(): boolean
  /** Of a request that was answered, while its headers can be read. It never fails. */
  record(request: Request, identify: () => Called, caller: ServiceName | undefined, defer: Defer): void
}

export interface RecorderOptions {
  readonly registry: Registry
  /** The share of requests that is recorded, above 0 up to 1. */
  readonly share: number
  readonly random: Random
  /** Tells of them. */
  readonly reporter: Reporter
}

export function recorder({ registry, share, random, reporter }: RecorderOptions): Recorder {
  const book = rulebook(registry)
  let skipped = gap()
  let drawn = 0
  let shapes: Shape[] = []

  /** Requests up to the next one: to draw for each would cost as much as the rest of it. */
  function gap(): number {
    return share >= 1 ? 0 : Math.floor(Math.log(1 - random.next()) / Math.log(1 - share))
  }

  reporter.add(() => {
    if (shapes.length === 0) return undefined
    const sample = { share, drawn, shapes }
    shapes = []
    drawn = 0
    return { shapes: sample }
  })

  return {
    registry: book.registry,
    isDue() {
      if (skipped > 0) {
        skipped -= 1
        return false
      }
      skipped = gap()
      return true
    },
    record(request, identify, caller, defer) {
      try {
        const called = identify()
        drawn += 1
        if (shapes.length < MOST_SHAPES) {
          const from = { caller, class: acceptedPriority(request.headers, caller !== undefined) }
          shapes.push(shapeOf(request, called, from, book.wanted(called.name)))
        }
        reporter.due(defer)
      } catch {
        // It names no service, or its headers are gone: the request has its answer all the same.
      }
    },
  }
}
