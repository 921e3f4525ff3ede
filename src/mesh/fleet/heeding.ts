/** What others have seen of endpoints, taken over for what this isolate does not know itself. */
import { type Health, isOut, health as unblemished } from '../../core/health/health.ts'
import { type Lru, lru } from '../../core/lru.ts'
import type { Clock } from '../../core/time/clock.ts'
import type { Random } from '../../core/time/random.ts'
import type { Candidate } from '../../features/balance/balancer.ts'
import { leaveUntil } from '../../features/outlier/probation.ts'
import {
  type FleetEndpoint,
  type FleetView,
  LEAST_REPORTERS,
  LEAST_SAMPLES,
  MOST_AGE_MS,
} from '../../telemetry/fleet/view.ts'
import type { LiveService } from '../live-service.ts'

export interface Fleet {
  /**
   * Takes what all of them have seen, in place of what it was told before; `undefined`: nothing bad.
   *
   * @param ageMs how long ago the view was made.
   */
  heed(view: FleetView | undefined, ageMs: number): void
  /** A service was made, or made anew by an edit. */
  made(service: LiveService): void
}

/** All isolates together probe an endpoint that is failing once in so many milliseconds: what they see keeps the view true. */
const PROBE_EVERY_MS = 10_000
/** An isolate hears of the others about as often. */
const HEARD_EVERY_MS = 5_000
/** Services remembered. */
const MOST_SERVICES = 2_000
const PREFIX = 'services/'

interface Told {
  readonly at: number
  readonly isolates: number
  readonly services: ReadonlyMap<string, readonly FleetEndpoint[]>
}

export function fleet(clock: Clock, random: Random): Fleet {
  const known: Lru<string, LiveService> = lru(MOST_SERVICES)
  /** What is out because others said so, or for longer. */
  const held = new WeakSet<Health>()
  let told: Told = { at: 0, isolates: 0, services: new Map() }

  function apply(service: LiveService, said: readonly FleetEndpoint[], now: number): void {
    const { candidates, detector, outlierDetection } = service
    const most = Math.floor(candidates.length * Math.min(0.5, outlierDetection.maxShare))
    const of = (state: FleetEndpoint['state'], { endpoint }: Candidate) =>
      said.find((one) => one.endpoint === endpoint.id && one.state === state)
    const failing = candidates.filter((candidate) => of('failing', candidate))
    // When so much fails at once, that says little of each.
    const isMeant = failing.length <= most
    let out = candidates.filter(({ health }) => health && isOut(health)).length
    for (const candidate of candidates) {
      const { health, latency, load } = candidate
      if (!isMeant || !failing.includes(candidate)) {
        release(health, now)
        const slow = of('slow', candidate)
        // What was never measured costs nothing.
        if (slow && load.cost(now) === 0) load.start(now - slow.ms, now).end('success', now)
      } else if (health && isOut(health)) hold(health, now)
      // Whoever is well here has shown it.
      else if (out < most && latency.value(now) === undefined) {
        candidate.health ??= unblemished()
        leaveUntil(candidate.health, 0, now, now)
        hold(candidate.health, now)
        out += 1
      }
    }
    // It counts anew who is out.
    detector.watch(candidates, outlierDetection)
  }

  /** Until the others say otherwise, but for the one that is to try. */
  function hold(health: Health, now: number): void {
    held.add(health)
    if (health.probeAt !== 0 && now <= health.probeUntil) return
    const isTurn = random.next() * told.isolates * PROBE_EVERY_MS < HEARD_EVERY_MS
    health.until = isTurn ? now : told.at + MOST_AGE_MS
  }

  /** A request may try it, and decides. */
  function release(health: Health | undefined, now: number): void {
    if (health && held.delete(health) && isOut(health)) health.until = Math.min(health.until, now)
  }

  return {
    heed(view, ageMs) {
      const now = clock.now()
      const before = told.services
      told = { at: now - ageMs, isolates: view?.isolates ?? 0, services: byService(view?.endpoints ?? [], ageMs) }
      for (const name of new Set([...before.keys(), ...told.services.keys()])) {
        const service = known.get(PREFIX + name)
        if (service) apply(service, told.services.get(name) ?? [], now)
      }
    },
    made(service) {
      known.set(service.recordKey, service)
      const now = clock.now()
      const said = told.services.get(service.recordKey.slice(PREFIX.length))
      const believed = said?.filter((one) => isBelieved(one, now - told.at))
      if (believed && believed.length > 0) apply(service, believed, now)
    },
  }
}

function isBelieved({ reporters, samples, ageMs }: FleetEndpoint, viewAgeMs: number): boolean {
  return reporters >= LEAST_REPORTERS && samples >= LEAST_SAMPLES && ageMs + viewAgeMs <= MOST_AGE_MS
}

function byService(endpoints: readonly FleetEndpoint[], ageMs: number): Map<string, FleetEndpoint[]> {
  const services = new Map<string, FleetEndpoint[]>()
  for (const one of endpoints) {
    if (!isBelieved(one, ageMs)) continue
    const all = services.get(one.service) ?? []
    all.push(one)
    services.set(one.service, all)
  }
  return services
}
