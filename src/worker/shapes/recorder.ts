/** Records shapes of requests: a share of them, into a bounded list that is sent every few seconds, and that no request waits for. */
import type { ServiceName } from '../../core/endpoint.ts'
import type { Clock } from '../../core/time/clock.ts'
import { sleep } from '../../core/time/clock.ts'
import type { Random } from '../../core/time/random.ts'
import { acceptedPriority, type Defer } from '../../mesh/accept.ts'
import type { Called } from '../../mesh/called-host.ts'
import type { Registry } from '../../registry/registry.ts'
import type { Digest } from '../../telemetry/digest.ts'
import type { Shape } from '../../telemetry/shape/shape.ts'
import { rulebook } from './rulebook.ts'
import { shapeOf } from './shape-of.ts'

/** A digest is sent so many milliseconds after its first shape was recorded, and holds so many shapes at most. */
export const EVERY_MS = 5_000
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
  readonly clock: Clock
  readonly random: Random
  /** Sends a digest. One that fails is lost. */
  send(digest: Digest): Promise<unknown>
}

export function recorder({ registry, share, clock, random, send }: RecorderOptions): Recorder {
  const book = rulebook(registry)
  const isolate = random.hex(16)
  let sequence = 0
  let skipped = gap()
  let drawn = 0
  let shapes: Shape[] = []
  let sendingUntil = 0

  /** Requests up to the next one: to draw for each would cost as much as the rest of it. */
  function gap(): number {
    return share >= 1 ? 0 : Math.floor(Math.log(1 - random.next()) / Math.log(1 - share))
  }

  async function flush(): Promise<void> {
    sendingUntil = 0
    if (shapes.length === 0) return
    sequence += 1
    const digest = { isolate, sequence, shapes: { share, drawn, shapes } }
    shapes = []
    drawn = 0
    await send(digest)
  }

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
        const now = clock.now()
        // A number, not a promise: the request that was to send may be gone.
        if (now < sendingUntil) return
        sendingUntil = now + 2 * EVERY_MS
        defer(
          sleep(clock, EVERY_MS)
            .then(flush)
            .catch(() => {}),
        )
      } catch {
        // It names no service, or its headers are gone: the request has its answer all the same.
      }
    },
  }
}
