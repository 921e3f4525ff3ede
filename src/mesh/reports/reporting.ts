/** Counts calls, tells of them every few seconds, and hears in return what other isolates have seen, where that is wanted. */
import type { Clock } from '../../core/time/clock.ts'
import type { Random } from '../../core/time/random.ts'
import type { Registry } from '../../registry/registry.ts'
import type { Digest, DigestAnswer, Wishes } from '../../telemetry/digest.ts'
import type { FleetMode, FleetView } from '../../telemetry/fleet/view.ts'
import type { Learned } from '../../telemetry/learned.ts'
import { type Numbers, numbers } from '../../telemetry/numbers/numbers.ts'
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
  /** What it knows of endpoints and budgets now. @param called services that were counted, as keys. */
  learned?(called: object): Learned | undefined
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

export function reporting(options: ReportingOptions): Reporting {
  const { clock, random, registry, mode, key, learned, send, obey } = options
  const counted = numbers()
  const others = fleet(clock, random)
  const told = reporter({
    clock,
    random,
    async send(digest) {
      const answer = await send({ ...digest, fleet: mode })
      const wishes = typeof answer === 'object' ? answer : {}
      obey?.(wishes)
      others.heed(wishes.fleet, 0)
    },
  })
  told.add(() => {
    const taken = counted.take()
    return taken && { numbers: taken, learned: learned?.(taken.services) }
  })
  const hear = (text: string) => {
    try {
      const view = JSON.parse(text) as FleetView
      others.heed(view, Math.max(0, clock.now() - view.at))
    } catch {
      // What is not understood is of another version, and says nothing.
    }
  }
  return {
    numbers: counted,
    reporter: told,
    registry: mode === 'first' ? firstRead(registry, key, hear) : registry,
    made: mode === 'off' ? undefined : others.made,
  }
}
