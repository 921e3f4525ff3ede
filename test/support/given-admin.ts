/** The admin API to test with: over a registry's engine of its own, in virtual time. */
import { type AdminClient, adminClient } from '../../src/admin/client.ts'
import type { ControlEnv, Registry } from '../../src/admin/env.ts'
import { recordIssues } from '../../src/admin/record-issues.ts'
import { api } from '../../src/control/api.ts'
import type { VirtualClock } from '../../src/core/time/virtual-clock.ts'
import type { RegistryEngine } from '../../src/durable/registry-engine.ts'
import type { LogLine } from '../../src/telemetry/log.ts'
import { type GivenRegistry, givenRegistry } from './given-registry.ts'

export const TOKEN = 'a-token-of-thirty-two-characters'

export interface GivenAdmin extends GivenRegistry {
  readonly env: ControlEnv
  readonly client: AdminClient
  /** Lines of the log and of the audit. */
  readonly lines: LogLine[]
  /** The methods of the object that were called. */
  readonly called: string[]
  /** The client of another token. */
  as(token: string | undefined): AdminClient
  /** Asks `/-/api` + path, with {@link TOKEN} unless `authorization` is given. */
  ask(path: string, init?: RequestInit): Promise<Response>
}

export async function givenAdmin(vars: Partial<ControlEnv> = { ADMIN_TOKEN: TOKEN }): Promise<GivenAdmin> {
  const registry = await givenRegistry({ validate: recordIssues })
  const lines: LogLine[] = []
  const called: string[] = []
  const control = api({ clock: registry.clock, write: (line) => lines.push(line) })
  const object = objectOf(registry.engine, called)
  // The API reads KV through the object alone.
  const env = { REGISTRY_OBJECT: { getByName: () => object }, ...vars } as Partial<ControlEnv> as ControlEnv
  const send = async (url: string, init: RequestInit) => control.fetch(new Request(url, init), env)
  const as = (token: string | undefined) => adminClient({ url: 'http://mesh.test', token, fetch: send })
  return {
    ...registry,
    env,
    lines,
    called,
    as,
    client: as(TOKEN),
    ask(path, init = {}) {
      const headers = new Headers(init.headers)
      if (!headers.has('authorization')) headers.set('authorization', `Bearer ${TOKEN}`)
      return send(`http://mesh.test/-/api${path}`, { ...init, headers })
    },
  }
}

/** An object, as its stub is: every method answers later, with a copy. */
export function objectOf(engine: RegistryEngine, called: string[] = []): Registry {
  return new Proxy({} as Registry, {
    get:
      (_, method: string) =>
      async (...args: unknown[]) => {
        called.push(method)
        if (!method.startsWith('restore')) await engine.ready()
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
