/** Counts calls, tells of them every few seconds, and hears in return what other isolates have seen, where that is wanted. */
import type { Clock } from '../../core/time/clock.ts'
import type { Random } from '../../core/time/random.ts'
import type { Registry } from '../../registry/registry.ts'
import type { Digest, DigestAnswer, Wishes } from '../../telemetry/digest.ts'
import type { FleetMode, FleetView } from '../../telemetry/fleet/view.ts'
import type { Numbers } from '../../telemetry/numbers/numbers.ts'
import { numbers } from '../../telemetry/numbers/numbers.ts'
import { type Reporter, reporter } from '../../telemetry/reporter.ts'
import { firstRead } from '../fleet/first-read.ts'
import { type Fleet, fleet } from '../fleet/heeding.ts'

export interface ReportingOptions {
  readonly clock: Clock
  readonly random: Random
  readonly registry: Registry
  /** Does it want to hear of the others? */
  readonly mode: FleetMode
  /** Where that stands in the registry's namespace. */
  readonly key: string
  send(digest: Digest): Promise<DigestAnswer | undefined>
  /** Is told what the object wants, in place of what it wanted before. */
  obey?(wishes: Wishes): void
}

export interface Reporting {
  readonly numbers: Numbers
  readonly reporter: Reporter
  readonly registry: Registry
  /** Hears of each service that is made; `undefined` where nobody wants to hear of the others. */
  readonly made: Fleet['made'] | undefined
}

export function reporting({ clock, random, registry, mode, key, send, obey }: ReportingOptions): Reporting {
  const counted = numbers()
  const others = mode === 'off' ? undefined : fleet(clock, random)
  const told = reporter({
    clock,
    random,
    async send(digest) {
      const answer = await send(others ? { ...digest, fleet: mode } : digest)
      const wishes = typeof answer === 'object' ? answer : {}
      obey?.(wishes)
      others?.heed(wishes.fleet, 0)
    },
  })
  told.add(() => {
    const taken = counted.take()
    return taken && { numbers: taken }
  })
  const hear = (text: string) => {
    const view = viewOf(text)
    if (view) others?.heed(view, Math.max(0, clock.now() - view.at))
  }
  return {
    numbers: counted,
    reporter: told,
    registry: mode === 'first' ? firstRead(registry, key, hear) : registry,
    made: others?.made,
  }
}

/** What is not understood is of another version, and says nothing. */
function viewOf(text: string): FleetView | undefined {
  try {
    const view = JSON.parse(text) as FleetView
    return view.at >= 0 && view.isolates >= 0 && Array.isArray(view.endpoints) ? view : undefined
  } catch {
    return undefined
  }
}
