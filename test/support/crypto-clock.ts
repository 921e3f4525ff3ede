/** A virtual clock that waits for signatures: they are made on threads of the machine, which no virtual time moves. */
import { type VirtualClock, virtualClock } from '../../src/core/time/virtual-clock.ts'

type Work = (...args: unknown[]) => Promise<unknown>

/** Signatures under way, in this test file. */
const under = { way: 0 }

for (const name of ['importKey', 'sign', 'verify', 'digest'] as const) {
  const subtle = Object.getPrototypeOf(crypto.subtle) as Record<string, Work>
  const work = subtle[name] as Work
  subtle[name] = function counted(this: unknown, ...args) {
    under.way += 1
    return work.apply(this, args).finally(() => {
      under.way -= 1
    })
  }
}

/** How many turns without a signature are taken for rest. */
const QUIET_TURNS = 3

export function cryptoClock(startAt = 1_800_000_000_000): VirtualClock {
  return virtualClock({
    startAt,
    async flush() {
      for (let quiet = 0; quiet < QUIET_TURNS; quiet = under.way > 0 ? 0 : quiet + 1) {
        await new Promise((resolve) => setImmediate(resolve))
      }
    },
  })
}
