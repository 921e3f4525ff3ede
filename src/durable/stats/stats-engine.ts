/** The engine of the stats object: takes digests of isolates, each once, and keeps what they tell within bounds. */
import { isServiceName } from '../../core/endpoint.ts'
import type { Clock } from '../../core/time/clock.ts'
import { type Random, systemRandom } from '../../core/time/random.ts'
import type { Digest, DigestAnswer, Wishes } from '../../telemetry/digest.ts'
import type { Exemplar } from '../../telemetry/exposition.ts'
import type { FleetMode } from '../../telemetry/fleet/view.ts'
import type { NumbersDigest } from '../../telemetry/numbers/numbers-digest.ts'
import { type ReporterKind, reportedKey } from '../../telemetry/numbers/reporters.ts'
import type { TapFilter } from '../../telemetry/tap/tap.ts'
import type { Store } from '../store.ts'
import { exemplars } from './exemplars.ts'
import { fleets } from './fleets.ts'
import { type LearnedSum, learnedBook } from './learned-book.ts'
import { type NumberCaps, numberBook, type Point, type ServiceSum } from './number-book.ts'
import { type QueueSeen, queueBook } from './queue-book.ts'
import { asDestination, asSource } from './reported.ts'
import { isolateOf, sequences } from './sequences.ts'
import { type Caps, type ShapePage, shapeBook } from './shape-book.ts'
import { isSound } from './sound.ts'
import { makeTables } from './tables.ts'
import { type OpenedTap, type TapNews, taps } from './taps.ts'

export interface StatsOptions {
  readonly store: Store
  readonly clock: Clock
  /** Default: the platform's. */
  readonly random?: Random | undefined
  readonly caps?: Caps | undefined
  readonly numberCaps?: NumberCaps | undefined
  /** Writes what isolates have seen together where new ones read it. Default: nowhere. */
  readonly publish?: ((key: string, view: string) => void) | undefined
  /** Is told when a turn is to be taken. */
  readonly wake?: ((at: number) => void) | undefined
}

/** What is there to judge by. */
export interface Coverage {
  /** Since when shapes are kept; `undefined` where there are none. */
  readonly oldestAt: number | undefined
  /** Isolates that have told something in the last hour. */
  readonly isolates: number
}

export interface StatsEngine {
  /**
   * Takes a digest; false where it was taken before, or is none that can be kept. It is written within five seconds: an object that
   * is lost loses these. Where somebody looks at calls, the answer says so.
   */
  digest(digest: Digest): DigestAnswer
  /**
   * The same of a function with the library: its numbers are those of the caller, or the service, that its binding names. Shapes and taps
   * are the mesh's own.
   */
  report(caller: string, digest: Digest): DigestAnswer
  /**
   * Shapes of requests seen in the last `forMs` milliseconds (to ten minutes), in pages.
   *
   * @param limit 1 to 5,000. Default 1,000.
   */
  shapes(options?: { forMs?: number; cursor?: string; limit?: number }): ShapePage
  coverage(): Coverage
  /**
   * Numbers of the last `windowMs`, by service; and what isolates of the last minute leave alone.
   *
   * @param windowMs 10 s to 7 days; above ten minutes in whole five minutes.
   */
  sums(windowMs: number): SumsNow
  /** All that was ever counted, and the isolates of the last five minutes. */
  totals(): Totals
  /** One service over the last `windowMs`, in 400 steps at most, as one reporter has counted it: the first that did. */
  series(service: string, windowMs: number, reporter?: ReporterKind): { stepMs: number; points: Point[] }
  /**
   * Begins to look at calls; `undefined` where as many look as may.
   *
   * @param forMs 1 s to 10 min.
   */
  openTap(filter: TapFilter, forMs: number): OpenedTap | undefined
  /** What came in since; a tap that is not asked for 15 s is over. `undefined`: there is none, or no longer. */
  readTap(id: string): TapNews | undefined
  closeTap(id: string): void
  /** Writes what waits to be written. */
  turn(): void
  /** When the next turn is to be taken; `undefined`: when something is told. */
  nextAt(): number | undefined
}

/** What a window has. */
export interface Sums {
  /** Milliseconds since the Unix epoch, by the object's clock. */
  readonly at: number
  /** Isolates that told something in the window. */
  readonly isolates: number
  readonly services: readonly ServiceSum[]
}

/** All that was ever counted, each with calls that stand for the others. */
export interface Totals extends Omit<Sums, 'at' | 'services'> {
  readonly services: readonly (ServiceSum & { readonly exemplars: readonly Exemplar[] })[]
  /** What waits in queues, of the last five minutes. */
  readonly queues: readonly QueueSeen[]
}

/** What a window has, and what isolates know now. */
export interface SumsNow extends Sums {
  readonly learned: LearnedSum
}

/**
 * What is told is written together, so that equal shapes are one row; and before the platform lets go of an object that nobody
 * asked for ten seconds, with all that it has in memory.
 */
const WRITE_MS = 5_000
/** Shapes that wait in memory, at most. */
const MOST_WAITING = 2_000
const HOUR_MS = 3_600_000
/** Ten minutes are found whole. */
const MOST_PAGE = 5_000

export function statsEngine({
  store,
  clock,
  random = systemRandom(),
  caps,
  numberCaps,
  publish = () => {},
  wake,
}: StatsOptions): StatsEngine {
  makeTables(store)
  const taken = sequences(store)
  const numbers = numberBook(store, numberCaps)
  const book = shapeBook(store, caps)
  const lookers = taps(clock, random)
  const shared = fleets(publish)
  const examples = exemplars()
  const learned = learnedBook()
  const queues = queueBook()
  let dueAt: number | undefined

  function turn(): void {
    dueAt = undefined
    const now = clock.now()
    store.transactionSync(() => {
      taken.flush(now)
      numbers.flush(now)
      book.flush(now)
    })
  }

  function count(digest: NumbersDigest, now: number): void {
    numbers.take(digest, now)
    examples.take(digest, now)
    if (digest.queues) queues.take(digest.queues, now)
  }

  /** Written soon, with what else is told until then. */
  function noted(now: number): void {
    if (book.waiting > MOST_WAITING) turn()
    else if (dueAt === undefined) {
      dueAt = now + WRITE_MS
      wake?.(dueAt)
    }
  }

  /** @param caller `undefined`: the mesh's Worker. */
  function others(caller: string | undefined, isolate: string, { fleet, numbers }: Digest, now: number): Wishes {
    if (!isFleetMode(fleet)) return {}
    const view = shared.take(caller, isolate, fleet, numbers, now)
    return view.endpoints.length > 0 ? { fleet: view } : {}
  }

  return {
    digest(digest) {
      const now = clock.now()
      if (!isSound(digest)) return false
      const { isolate, sequence, shapes, numbers: counted, taps: tapped } = digest
      if (!taken.take(isolate, sequence, now)) return false
      if (shapes) book.take(shapes, now)
      if (counted) count(counted, now)
      learned.take(isolate, sequence, digest, now)
      if (tapped) lookers.take(isolate, tapped)
      noted(now)
      const wanted = lookers.orders()
      return answer({ ...(wanted && { taps: wanted }), ...others(undefined, isolate, digest, now) })
    },
    report(caller, digest) {
      const now = clock.now()
      if (!isServiceName(caller) || !isSound(digest)) return false
      const { sequence, numbers: calls, served } = digest
      const isolate = isolateOf(digest.isolate, caller)
      if (!taken.take(isolate, sequence, now)) return false
      if (calls) count(asSource(caller, calls), now)
      if (served) count(asDestination(caller, served), now)
      noted(now)
      return answer(others(caller, isolate, digest, now))
    },
    shapes({ forMs = 24 * HOUR_MS, cursor = '', limit = 1_000 } = {}) {
      // What waits belongs to the answer, but a page in the middle goes on where the last one ended.
      if (dueAt !== undefined && cursor === '') turn()
      return book.page(clock.now() - forMs, cursor, Math.max(1, Math.min(limit, MOST_PAGE)))
    },
    coverage() {
      if (dueAt !== undefined) turn()
      return { oldestAt: book.oldestAt(), isolates: taken.heardSince(clock.now() - HOUR_MS) }
    },
    sums(windowMs) {
      if (dueAt !== undefined) turn()
      const now = clock.now()
      return {
        at: now,
        isolates: taken.heardSince(now - windowMs),
        services: numbers.sums(windowMs, now),
        learned: learned.sum(now),
      }
    },
    totals() {
      if (dueAt !== undefined) turn()
      const now = clock.now()
      const services = numbers.totals().map((sum) => ({ ...sum, exemplars: examples.of(reportedKey(sum), now) }))
      return { isolates: taken.heardSince(now - 300_000), services, queues: queues.seen(now) }
    },
    series(service, windowMs, reporter) {
      if (dueAt !== undefined) turn()
      return numbers.series(service, windowMs, clock.now(), reporter)
    },
    openTap(filter, forMs) {
      if (dueAt !== undefined) turn()
      return lookers.open(filter, forMs, taken.heardSince(clock.now() - 60_000, true))
    },
    readTap: lookers.read,
    closeTap: lookers.close,
    turn,
    nextAt: () => dueAt,
  }
}

/** What an isolate of another version wants is nothing known. */
function isFleetMode(said: unknown): said is FleetMode {
  return said === 'digests' || said === 'first'
}

/** Where nothing is wanted, it was new. */
function answer(wishes: Wishes): DigestAnswer {
  return Object.keys(wishes).length > 0 ? wishes : true
}
