/** Looks for a crash, a lost answer or a late request after which a saga is neither done nor undone. */
import type { Clock } from '../core/time/clock.ts'
import { type Random, seeded } from '../core/time/random.ts'
import { quickTurns, virtualClock } from '../core/time/virtual-clock.ts'
import { calling, type Fetch } from '../saga/call.ts'
import { APART, keysOf, UNDO_SUFFIX } from '../saga/key.ts'
import { DECISION } from '../saga/park.ts'
import { type Outcome, run } from '../saga/run.ts'
import type { Definition } from '../saga/saga.ts'
import { type Fault, faulty } from './faults.ts'
import { type CrashPoint, type MemorySteps, memorySteps } from './memory-steps.ts'
import type { TestHandler } from './test-mesh.ts'
import type { TestParticipant } from './test-participant.ts'

export interface Exploring {
  /** Random runs, after those with a single crash each. Default 100. */
  readonly runs?: number
  readonly input?: unknown
  /** Chance follows from it. Default 1. */
  readonly seed?: number
  /** Also each crash by itself, with each step refused in turn. Default true. */
  readonly singles?: boolean
}

export interface Explored {
  readonly runs: number
  readonly crashes: number
  readonly outcomes: Readonly<Record<string, number>>
}

/** What befalls a random run. */
interface Weather {
  crash(point: CrashPoint, step: string): boolean
  faultOf(service: string): { readonly fault: Fault; readonly lateMs: number } | undefined
  /** Is this key refused, for good? */
  refuses(key: string): boolean
  isCancelled(): boolean
  isSkipped(): boolean
}

/** Late requests have all arrived after so many milliseconds. */
const LATEST_MS = 900_000

/** @throws {Error} that names the seed, the run and what is wrong with it. */
export async function explore(
  definition: Definition,
  services: Readonly<Record<string, TestHandler>>,
  { runs = 100, input, seed = 1, singles = true }: Exploring = {},
): Promise<Explored> {
  const random = seeded(seed)
  const outcomes: Record<string, number> = {}
  let crashes = 0
  let count = 0
  /** Steps that have an effect, where nothing befalls them. */
  let expected: readonly string[] | undefined

  const once = async (weather: Weather) => {
    const id = `explored-${seed}-${++count}`
    const { outcome, steps } = await explored(definition, services, input, id, weather)
    crashes += steps.crashes
    outcomes[outcome.outcome] = (outcomes[outcome.outcome] ?? 0) + 1
    const effects = effectsOf(services, id)
    expected ??= effects
    const wrong = violation(definition, expected, effects, outcome) ?? doneTwice(services, id)
    if (wrong !== undefined) {
      throw new Error(
        `Seed ${seed}, run ${count}: ${wrong} ${JSON.stringify(outcome)} after ${steps.trail.join(', ')}.`,
      )
    }
    return steps
  }

  // Every crash by itself, on the way there and on the way back.
  const ways = singles ? [undefined, ...definition.steps.map(({ name }) => name)] : []
  for (const refused of ways) {
    const calm = { ...CALM, refuses: (key: string) => key.endsWith(`${APART}${refused}`) }
    const { trail } = await once(calm)
    for (const step of new Set(trail)) {
      for (const point of ['before', 'within', 'after'] as const) {
        let isDue = true
        const crash = (at: CrashPoint, name: string) => {
          const isHere = isDue && at === point && name === step
          if (isHere) isDue = false
          return isHere
        }
        await once({ ...calm, crash })
      }
    }
  }
  if (!singles) expected = await expectedOf(definition, services, input, `expected-${seed}`)
  for (let left = runs; left > 0; left--) await once(storm(random))
  return { runs: count, crashes, outcomes }
}

async function expectedOf(
  definition: Definition,
  services: Readonly<Record<string, TestHandler>>,
  input: unknown,
  id: string,
): Promise<string[]> {
  await explored(definition, services, input, id, CALM)
  return effectsOf(services, id)
}

const CALM: Weather = {
  crash: () => false,
  faultOf: () => undefined,
  refuses: () => false,
  isCancelled: () => false,
  // What is refused behind the pivot would be so for ever.
  isSkipped: () => true,
}

/** Answers are lost (15 %), requests come late (10 %), services are down (15 to 60 %), machines die before and after each step (10 %). */
function storm(random: Random): Weather {
  const downShare = 0.15 + random.next() * 0.45
  const refusedShare = random.next() < 0.5 ? 0 : 0.3
  const cancelledShare = random.next() < 0.1 ? 0.2 : 0
  const refused = new Map<string, boolean>()
  return {
    crash: () => random.next() < 0.1,
    faultOf() {
      const draw = random.next()
      const lateMs = Math.floor(random.next() * LATEST_MS)
      if (draw < 0.15) return { fault: 'lose', lateMs }
      if (draw < 0.25) return { fault: 'late', lateMs }
      return draw < 0.25 + downShare * 0.75 ? { fault: 'down', lateMs } : undefined
    },
    refuses(key) {
      const is = refused.get(key) ?? random.next() < refusedShare
      refused.set(key, is)
      return is
    },
    isCancelled: () => random.next() < cancelledShare,
    isSkipped: () => random.next() < 0.3,
  }
}

async function explored(
  definition: Definition,
  services: Readonly<Record<string, TestHandler>>,
  input: unknown,
  id: string,
  weather: Weather,
): Promise<{ outcome: Outcome; steps: MemorySteps }> {
  const clock = virtualClock({ flush: quickTurns })
  const waiting = (_step: string, type: string) => {
    if (type === DECISION) clock.after(60_000, () => steps.sendEvent(DECISION, weather.isSkipped() ? 'skip' : 'retry'))
    else clock.after(60_000, () => steps.sendEvent(type, { explored: true }))
  }
  const steps: MemorySteps = memorySteps({ clock, crash: weather.crash, waiting })
  const book = {
    tell: async () => undefined,
    look: async () => (weather.isCancelled() ? 'somebody' : undefined),
  }
  const { name, version } = definition
  const fetch = network(services, clock, weather)
  const known = (saga: string) => (saga === name ? definition : undefined)
  const outcome = await clock.run(
    steps.run((steps) => run(known, { saga: name, version, input }, { id, steps, ...calling(fetch, id), clock, book })),
  )
  // What was late comes still.
  await clock.advance(LATEST_MS)
  return { outcome, steps }
}

/** Straight to the functions: what a mesh does between is shown elsewhere, and here are thousands of runs. */
function network(services: Readonly<Record<string, TestHandler>>, clock: Clock, { faultOf, refuses }: Weather): Fetch {
  const behind = new Map(
    Object.entries(services).map(([name, handler]) => [name, faulty(name, refusing(handler, refuses), clock, faultOf)]),
  )
  return async (input, init) => {
    const request = new Request(input, init)
    const { host } = new URL(request.url)
    const handler = behind.get(host)
    if (!handler) throw new Error(`No service is called "${host}".`)
    return handler(request)
  }
}

function refusing(handler: TestHandler, refuses: Weather['refuses']): TestHandler {
  return (request) => {
    const key = request.headers.get('idempotency-key')
    return key !== null && !key.endsWith(UNDO_SUFFIX) && refuses(key)
      ? new Response('refused', { status: 422 })
      : handler(request)
  }
}

/** The steps whose effects stand, as their services count them. */
function effectsOf(services: Readonly<Record<string, TestHandler>>, id: string): string[] {
  const start = keysOf(id)
  const keys = Object.values(services).flatMap((one) => (isParticipant(one) ? [...one.effects] : []))
  return keys.filter((key) => key.startsWith(start)).map((key) => key.slice(start.length))
}

/** What is wrong with it, in words. */
function violation(
  { steps }: Definition,
  expected: readonly string[],
  effects: readonly string[],
  { outcome, skipped = [] }: Outcome,
): string | undefined {
  const pivot = steps.findIndex(({ kind }) => kind === 'pivot')
  for (const [at, { name, undo }] of steps.entries()) {
    if (!expected.includes(name) || skipped.includes(name) || skipped.includes(`undo ${name}`)) continue
    const isDone = effects.includes(name)
    if (outcome === 'completed' && !isDone) return `"${name}" is not done.`
    // What has no undo stands, if it was done before the pivot.
    const isTakenBack = undo !== undefined || (pivot !== -1 && at >= pivot)
    if (outcome !== 'completed' && isDone && isTakenBack) return `"${name}" is still done.`
  }
  return undefined
}

function doneTwice(services: Readonly<Record<string, TestHandler>>, id: string): string | undefined {
  for (const one of Object.values(services)) {
    const twice = isParticipant(one) && [...one.counts].find(([key, times]) => times > 1 && key.startsWith(keysOf(id)))
    if (twice) return `${twice[0]} was done ${twice[1]} times.`
  }
  return undefined
}

function isParticipant(handler: TestHandler): handler is TestParticipant {
  return 'effects' in handler && 'counts' in handler
}
