/** A registry's engine to test with: over SQLite and a KV of its own, in virtual time. */
import { type VirtualClock, virtualClock } from '../../src/core/time/virtual-clock.ts'
import type { Refusal, Refused, Written } from '../../src/durable/ledger/change.ts'
import { type EngineOptions, type RegistryEngine, registryEngine } from '../../src/durable/registry-engine.ts'
import type { Store } from '../../src/durable/store.ts'
import { type LaggingKv, laggingKv } from './lagging-kv.ts'
import { nodeStore } from './node-store.ts'

export interface GivenRegistry {
  readonly engine: RegistryEngine
  readonly store: Store
  readonly kv: LaggingKv
  readonly clock: VirtualClock
  /** Takes the turns that come due within these milliseconds. Default: those that are due now. */
  run(ms?: number): Promise<void>
  /** Writes one record over what is there, whatever that is. */
  put(name: string, text: string | null): Promise<Written | Refused>
}

/** By default nothing is scanned. */
export async function givenRegistry(
  given: Partial<EngineOptions> = {},
  clock = virtualClock({ flush: async () => {} }),
  kv = laggingKv(clock),
): Promise<GivenRegistry> {
  const { store = nodeStore() } = given
  const engine = registryEngine({ store, namespace: kv, clock, scanMs: 0, ...given })
  await engine.ready()
  return {
    engine,
    store,
    kv,
    clock,
    run: (ms = 0) => takeTurns(engine, clock, ms),
    put: (name, text) => {
      const revision = engine.get(name)?.revision
      const condition = revision === undefined ? { ifNoneMatch: '*' as const } : { ifMatch: revision }
      return engine.write([{ name, text, condition }], { author: 'ann' })
    },
  }
}

export async function takeTurns(engine: RegistryEngine, clock: VirtualClock, ms: number): Promise<void> {
  const until = clock.now() + ms
  for (let at = engine.nextAt(); at !== undefined && at <= until; at = engine.nextAt()) {
    await clock.advance(Math.max(0, at - clock.now()))
    await engine.turn()
  }
  await clock.advance(until - clock.now())
}

/** The one refusal of an answer. */
export function refusalOf(answer: Written | Refused): Refusal {
  if (answer.ok || answer.refusals.length !== 1) throw new Error(`Expected one refusal, got ${JSON.stringify(answer)}.`)
  return answer.refusals[0] as Refusal
}
