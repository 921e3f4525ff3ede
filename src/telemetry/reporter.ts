/** Reports what an isolate has counted: every few seconds, in numbered digests, and no request waits for it. */
import type { Clock } from '../core/time/clock.ts'
import { sleep } from '../core/time/clock.ts'
import type { Random } from '../core/time/random.ts'
import type { Digest } from './digest.ts'

/** A digest is sent so many milliseconds after something was counted. */
export const EVERY_MS = 5_000

/** A part of a digest; `undefined` where there is nothing to tell. */
export type Source = () => Omit<Digest, 'isolate' | 'sequence'> | undefined

export interface Reporter {
  /** What digests are made of. */
  add(source: Source): void
  /** Something was counted: a digest follows, in the work that is handed to `defer`. */
  due(defer: (work: Promise<unknown>) => void): void
}

interface ReporterOptions {
  readonly clock: Clock
  readonly random: Random
  /** Sends a digest. One that fails is lost: sent again it might count twice. */
  send(digest: Digest): Promise<unknown>
}

export function reporter({ clock, random, send }: ReporterOptions): Reporter {
  // Drawn when it is needed: a mesh may be made at module scope, where there is no chance.
  let isolate: string | undefined
  const sources: Source[] = []
  let sequence = 0
  let sendingUntil = 0

  async function flush(): Promise<void> {
    sendingUntil = 0
    const parts = sources.flatMap((source) => source() ?? [])
    if (parts.length === 0) return
    isolate ??= random.hex(16)
    sequence += 1
    await send(Object.assign({ isolate, sequence }, ...parts) as Digest)
  }

  return {
    add: (source) => void sources.push(source),
    due(defer) {
      const now = clock.now()
      // A number, not a promise: the request that was to send may be gone.
      if (now < sendingUntil) return
      sendingUntil = now + 2 * EVERY_MS
      defer(
        sleep(clock, EVERY_MS)
          .then(flush)
          .catch(() => {}),
      )
    },
  }
}
