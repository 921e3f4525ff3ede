/** What others have seen of endpoints, taken over for what this isolate does not know itself. */
import { type Health, isOut, health as unblemished } from '../../core/health/health.ts'
import { type Lru, lru } from '../../core/lru.ts'
import type { Clock } from '../../core/time/clock.ts'
import type { Random } from '../../core/time/random.ts'
import type { Candidate } from '../../features/balance/balancer.ts'
import { leaveUntil } from '../../features/outlier/probation.ts'
import { type FleetView, LEAST_REPORTERS, LEAST_SAMPLES, MOST_AGE_MS } from '../../telemetry/fleet/view.ts'
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

/** All isolates together probe an endpoint that is failing once in so many seconds: what they see keeps the view true. */
const PROBE_EVERY_S = 10
/** Services remembered. */
const MOST_SERVICES = 2_000
const PREFIX = 'services/'

/** All is well. */
const NOTHING: FleetView = { at: 0, perSecond: 0, endpoints: [] }

export function fleet(clock: Clock, random: Random): Fleet {
  const known: Lru<string, LiveService> = lru(MOST_SERVICES)
  /** What is out because others said so, or for longer. */
  const held = new WeakSet<Health>()
  let view = NOTHING
  let madeAt = 0

  function apply(service: LiveService): void {
    const { recordKey, candidates, detector, outlierDetection } = service
    const now = clock.now()
    const said = view.endpoints.filter(
      (one) =>
        PREFIX + one.service === recordKey &&
        one.reporters >= LEAST_REPORTERS &&
        one.samples >= LEAST_SAMPLES &&
        one.ageMs + now - madeAt <= MOST_AGE_MS,
    )
    const of = ({ endpoint }: Candidate) => said.find((one) => one.endpoint === endpoint.id)
    const isFailing = (candidate: Candidate) => of(candidate)?.state === 'failing'
    const most = Math.floor(candidates.length * Math.min(0.5, outlierDetection.maxShare))
    // When so much fails at once, that says little of each.
    const isMeant = candidates.filter(isFailing).length <= most
    let out = candidates.filter(({ health }) => health && isOut(health)).length
    for (const candidate of candidates) {
      const { health, latency, load } = candidate
      const told = of(candidate)
      if (!isMeant || !isFailing(candidate)) {
        // A request may try it, and decides.
        if (health && held.delete(health)) health.until = Math.min(health.until, now)
        // What was never measured costs nothing.
        if (told?.state === 'slow' && load.cost(now) === 0) load.start(now - told.ms, now).end('success', now)
      } else if (health && isOut(health)) hold(health, now)
      // Whoever is well here has shown it.
      else if (out < most && latency.value(now) === undefined) {
        const ejected = health ?? unblemished()
        candidate.health = ejected
        ejected.because = 'fault'
        leaveUntil(ejected, 0, now, now)
        hold(ejected, now)
        out += 1
      }
    }
    // It counts anew who is out.
    detector.watch(candidates, outlierDetection)
  }

  /** Until the others say otherwise, but for the one whose turn it is to try. */
  function hold(health: Health, now: number): void {
    held.add(health)
    if (health.probeAt !== 0 && now <= health.probeUntil) return
    const isTurn = random.next() * view.perSecond * PROBE_EVERY_S < 1
    health.until = isTurn ? now : madeAt + MOST_AGE_MS
  }

  return {
    heed(news = NOTHING, ageMs) {
      const names = new Set([...view.endpoints, ...news.endpoints].map(({ service }) => PREFIX + service))
      view = news
      madeAt = clock.now() - ageMs
      for (const name of names) {
        const service = known.get(name)
        if (service) apply(service)
      }
    },
    made(service) {
      known.set(service.recordKey, service)
      if (view.endpoints.length > 0) apply(service)
    },
  }
}
