/** The admin API to test with: over a registry's engine of its own, in virtual time. */
import { type AdminClient, adminClient } from '../../src/admin/client.ts'
import type { ControlEnv, DeadLetters, Registry, SagaInstance, Sagas, Stats } from '../../src/admin/env.ts'
import { recordIssues } from '../../src/admin/record-issues.ts'
import { api } from '../../src/control/api.ts'
import type { VirtualClock } from '../../src/core/time/virtual-clock.ts'
import { type LettersEngine, lettersEngine } from '../../src/durable/letters/letters-engine.ts'
import { type SagaBook, sagaBook } from '../../src/durable/sagas/saga-book.ts'
import { type StatsEngine, statsEngine } from '../../src/durable/stats/stats-engine.ts'
import type { LogLine } from '../../src/telemetry/log.ts'
import { type GivenRegistry, givenRegistry } from './given-registry.ts'
import { givenTrustKv, type TrustKv } from './given-trust-kv.ts'
import { nodeStore } from './node-store.ts'

export const TOKEN = 'a-token-of-thirty-two-characters'

export interface GivenAdmin extends GivenRegistry {
  readonly env: ControlEnv
  readonly client: AdminClient
  /** Lines of the log and of the audit. */
  readonly lines: LogLine[]
  /** The engine behind STATS_OBJECT. */
  readonly stats: StatsEngine
  /** The list behind SAGAS_OBJECT, and what the Workflow SAGAS was sent. */
  readonly sagas: SagaBook
  /** What the Workflow says of an instance. Default `running`. */
  readonly instances: Map<string, { status: string; error?: { message: string } }>
  readonly sent: { readonly id: string; readonly type: string; readonly payload: unknown }[]
  /** The engine behind DEAD_LETTERS. */
  readonly letters: LettersEngine
  readonly trust: TrustKv
  /** What was sent to the queue JOBS. */
  readonly queued: unknown[]
  /** The methods of the object that were called. */
  readonly called: string[]
  /** The client of another token. */
  as(token: string | undefined): AdminClient
  /** Asks `/-/api` + path, with {@link TOKEN} unless `authorization` is given. */
  ask(path: string, init?: RequestInit): Promise<Response>
  /** Asks any other path, as it is. */
  get(path: string, headers?: Record<string, string>): Promise<Response>
}

export async function givenAdmin(
  vars: { readonly [Name in keyof ControlEnv]?: ControlEnv[Name] | undefined } = { ADMIN_TOKEN: TOKEN },
): Promise<GivenAdmin> {
  const trust = givenTrustKv()
  const registry = await givenRegistry({ validate: recordIssues, trust })
  const lines: LogLine[] = []
  const called: string[] = []
  const control = api({ clock: registry.clock, write: (line) => lines.push(line) })
  const object = objectOf<Registry>(registry.engine, called, (method) =>
    method.startsWith('restore') ? Promise.resolve() : registry.engine.ready(),
  )
  // Checks list its keys; all else is read through the object.
  const stats = statsEngine({ store: nodeStore(), clock: registry.clock })
  const STATS_OBJECT = { getByName: () => objectOf<Stats>(stats) }
  const sagas = sagaBook(nodeStore(), registry.clock)
  const SAGAS_OBJECT = { getByName: () => objectOf<Sagas>(sagas) }
  const sent: GivenAdmin['sent'] = []
  const instances: GivenAdmin['instances'] = new Map()
  const SAGAS = {
    create: async () => undefined,
    async get(id: string): Promise<SagaInstance> {
      return {
        status: async () => instances.get(id) ?? { status: 'running' },
        sendEvent: async (event) => void sent.push({ id, ...event }),
      }
    },
  }
  const letters = lettersEngine({ store: nodeStore(), clock: registry.clock })
  const lettersObject = objectOf<DeadLetters>(letters)
  const queued: unknown[] = []
  const env = {
    REGISTRY: registry.kv,
    REGISTRY_OBJECT: { getByName: () => object },
    STATS_OBJECT,
    SAGAS_OBJECT,
    SAGAS,
    DEAD_LETTERS: { getByName: () => lettersObject },
    JOBS: { send: async (message: unknown) => void queued.push(structuredClone(message)) },
    ...vars,
  } as object as ControlEnv
  const send = async (url: string, init: RequestInit) => control.fetch(new Request(url, init), env)
  const as = (token: string | undefined) => adminClient({ url: 'http://mesh.test', token, fetch: send })
  return {
    ...registry,
    env,
    trust,
    lines,
    stats,
    sagas,
    sent,
    instances,
    letters,
    queued,
    called,
    as,
    client: as(TOKEN),
    get: (path, headers = {}) => send(`http://mesh.test${path}`, { headers }),
    ask(path, init = {}) {
      const headers = new Headers(init.headers)
      if (!headers.has('authorization')) headers.set('authorization', `Bearer ${TOKEN}`)
      return send(`http://mesh.test/-/api${path}`, { ...init, headers })
    },
  }
}

/** An object, as its stub is: every method answers later, with a copy. */
export function objectOf<Stub extends object>(
  engine: object,
  called: string[] = [],
  ready: (method: string) => Promise<void> = async () => {},
): Stub {
  return new Proxy({} as Stub, {
    get:
      (_, method: string) =>
      async (...args: unknown[]) => {
        called.push(method)
        await ready(method)
        const asked = Reflect.get(engine, method) as (...args: unknown[]) => unknown
        return structuredClone(await asked(...structuredClone(args)))
      },
  })
}

/** Moves time, whenever something waits for it, until `work` is done. (A digest takes turns of its own.) */
export async function late<T>(clock: VirtualClock, work: Promise<T>): Promise<T> {
  let isDone = false
  const done = () => {
    isDone = true
  }
  work.then(done, done)
  while (!isDone) {
    await new Promise((resolve) => setTimeout(resolve, 0))
    if (!isDone && clock.pending > 0) await clock.advance(250)
  }
  return work
}
