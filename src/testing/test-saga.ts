/** A saga under test: its services are functions, its engine a memory, its time virtual. */
import type { SagaTold } from '../core/saga/told.ts'
import { calling } from '../saga/call.ts'
import { DECISION, type Decision } from '../saga/park.ts'
import { type Outcome, run } from '../saga/run.ts'
import type { Definition } from '../saga/saga.ts'
import { type Explored, type Exploring, explore } from './explore.ts'
import { type Fault, faulty } from './faults.ts'
import { type CrashPoint, type MemorySteps, memorySteps } from './memory-steps.ts'
import { createTestMesh, type TestHandler, type TestMesh } from './test-mesh.ts'

export interface Running {
  /** Default: `saga-1`, `saga-2`, … */
  readonly id?: string
  /** Events that come, by their type. */
  readonly events?: Readonly<Record<string, unknown>>
  /** What is decided each time that it is parked. When they are used up, `run` gives `parked`. Default: none. */
  readonly decisions?: readonly Decision[]
  /** Somebody calls it off when it is at this step. */
  readonly cancelAt?: string
  /** Not before this look at the list, the first being 1. Default: at once. */
  readonly cancelFrom?: (look: number) => boolean
}

/** How a run ended, or where it is parked. */
export type RunEnd = (Outcome | { readonly outcome: 'parked'; readonly at: string; readonly because?: string }) & {
  readonly id: string
  /** Attempts of steps, in order, with those of the executor. */
  readonly trail: readonly string[]
}

export interface SagaTest {
  /** Starts one, and moves time on until it has ended, or is parked. */
  run(input?: unknown, running?: Running): Promise<RunEnd>
  /** The machine dies there once: `before charge` nothing was done; `within charge` it was, and is not known; `after charge` it is known. */
  crashAt(at: `${CrashPoint} ${string}`): void
  /** The next answers of this service are lost: what they tell was done. */
  lose(service: string, times?: number): void
  /** The next requests to this service arrive only after so long, when nobody waits for them any more. Default 60_000 ms. */
  late(service: string, times?: number, ms?: number): void
  /** The next requests to this service fail. */
  down(service: string, times?: number): void
  /** Tries every crash, then `runs` random runs, and throws where one was neither done nor undone. */
  explore(exploring?: Exploring): Promise<Explored>
  readonly mesh: TestMesh
}

/**
 * @param services functions, by name. `testParticipant()` is one that counts its effects, as `explore` needs.
 *
 * @example
 * const test = testSaga(placeOrder, { services: { credit: testParticipant(), orders: testParticipant() } })
 * test.crashAt('within reserve')
 * expect(await test.run({ total: 10 })).toMatchObject({ outcome: 'completed' })
 */
export function testSaga(
  definition: Definition,
  { services, seed = 1 }: { services: Readonly<Record<string, TestHandler>>; seed?: number },
): SagaTest {
  const faults: { service: string; fault: Fault; lateMs: number }[] = []
  const crashing = new Set<string>()
  const faultOf = (service: string) => {
    const at = faults.findIndex((one) => one.service === service)
    return at === -1 ? undefined : faults.splice(at, 1)[0]
  }
  const befall = (service: string, fault: Fault, times: number, lateMs = 60_000) => {
    if (!(service in services)) throw new TypeError(`No service is called "${service}".`)
    faults.push(...Array.from({ length: times }, () => ({ service, fault, lateMs })))
  }
  const mesh: TestMesh = createTestMesh({}, { seed })
  const { clock } = mesh
  for (const [name, handler] of Object.entries(services)) mesh.registry.set(name, faulty(name, handler, clock, faultOf))
  let started = 0

  return {
    mesh,
    async run(
      input,
      { id = `saga-${++started}`, events = {}, decisions = [], cancelAt, cancelFrom = () => true } = {},
    ) {
      const crash = (point: CrashPoint, step: string) => crashing.delete(`${point} ${step}`)
      const left = [...decisions]
      let looks = 0
      let parked: SagaTold | undefined
      let stop: (at: 'parked') => void = () => {}
      const standsStill = new Promise<'parked'>((resolve) => {
        stop = resolve
      })
      const waiting = (_step: string, type: string) => {
        if (type !== DECISION) return
        const decision = left.shift()
        if (decision) steps.sendEvent(DECISION, decision)
        else stop('parked')
      }
      const steps: MemorySteps = memorySteps({ clock, crash, waiting })
      for (const [type, payload] of Object.entries(events)) steps.sendEvent(type, payload)
      const book = {
        async tell(told: SagaTold) {
          if (told.state === 'parked') parked = told
        },
        look: async (_id: string, step: string) => (step === cancelAt && cancelFrom(++looks) ? 'a test' : undefined),
      }
      const { name, version } = definition
      const ended = steps.run((steps) =>
        run(known(definition), { saga: name, version, input }, { id, steps, ...calling(mesh.fetch, id), clock, book }),
      )
      const end = await clock.run(Promise.race([ended, standsStill]))
      const { trail } = steps
      if (end !== 'parked') return { ...end, id, trail }
      const { step: at = '', because } = parked ?? {}
      return { outcome: 'parked', at, ...(because !== undefined && { because }), id, trail }
    },
    crashAt: (at) => void crashing.add(at),
    lose: (service, times = 1) => befall(service, 'lose', times),
    late: (service, times = 1, ms) => befall(service, 'late', times, ms),
    down: (service, times = 1) => befall(service, 'down', times),
    explore: (exploring = {}) => explore(definition, services, { seed, ...exploring }),
  }
}

function known(definition: Definition) {
  return (name: string) => (name === definition.name ? definition : undefined)
}
