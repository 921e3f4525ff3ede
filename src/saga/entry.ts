/** The class that a Workflow runs: its sagas by name and version, over the platform's steps. */
import { systemClock } from '../core/time/clock.ts'
import type { Book } from './book.ts'
import { calling, type Fetch } from './call.ts'
import { type Outcome, run, type Started } from './run.ts'
import type { Definition } from './saga.ts'
import { type Steps, waitMs } from './steps.ts'

/** As much of a Workflow's step as is needed. */
export interface PlatformStep {
  do(
    name: string,
    config: {
      retries: { limit: number; delay: (input: { ctx: { attempt: number } }) => number }
      timeout: number
    },
    work: (context: { attempt: number }) => Promise<unknown>,
  ): Promise<unknown>
  waitForEvent(name: string, options: { type: string; timeout: number }): Promise<{ payload: unknown }>
}

export interface PlatformEvent {
  readonly payload: unknown
  readonly instanceId: string
}

export interface SagasOptions<Env> {
  /**
   * The mesh by which steps call, made once for each environment.
   *
   * @example (env) => createMesh({ registry: kvRegistry(env.REGISTRY), env, name: 'place-order' })
   */
  mesh: (env: Env) => { readonly fetch: Fetch }
}

/** The list of sagas: the object of the control plane, where `SAGAS_OBJECT` is bound. */
export interface SagaBooks {
  getByName(name: string): Book
}

/** @throws {TypeError} where a version is there twice, or no mesh is given. */
export function runner<Env extends object>(definitions: readonly Definition[], options: SagasOptions<Env>) {
  if (typeof options?.mesh !== 'function') {
    throw new TypeError('sagas needs a mesh, as in sagas([…], { mesh: (env) => createMesh({ … }) }).')
  }
  const { mesh } = options
  const ids = definitions.map(({ name, version }) => `${name} ${version}`)
  const twice = ids.find((id, at) => ids.indexOf(id) !== at)
  if (twice !== undefined) throw new TypeError(`Saga and version ${twice} are there twice.`)
  const newestFirst = [...definitions].sort((one, other) => other.version - one.version)
  const known = (name: string, version: number | undefined) =>
    newestFirst.find((one) => one.name === name && (version === undefined || one.version === version))

  // Of a mesh only plain values outlive a run.
  const meshes = new WeakMap<Env, { readonly fetch: Fetch }>()
  return (env: Env, { payload, instanceId }: PlatformEvent, step: PlatformStep): Promise<Outcome> => {
    const { fetch } = meshes.get(env) ?? mesh(env)
    meshes.set(env, { fetch })
    return run(known, startedOf(payload), {
      id: instanceId,
      steps: stepsOf(step),
      ...calling(fetch, instanceId),
      clock: systemClock,
      book: (env as { SAGAS_OBJECT?: SagaBooks }).SAGAS_OBJECT?.getByName('sagas'),
    })
  }
}

function startedOf(payload: unknown): Started {
  const { saga } = (payload ?? {}) as { readonly saga?: unknown }
  // It parks, and says which name is missing.
  return typeof saga === 'string' ? (payload as Started) : { saga: String(saga), input: payload }
}

function stepsOf(step: PlatformStep): Steps {
  return {
    do: (name, { attempts, timeoutMs }, work) =>
      step.do(
        name,
        // As many retries as there are attempts: one that dies with its machine is counted, too.
        { retries: { limit: attempts, delay: ({ ctx }) => waitMs(ctx.attempt) }, timeout: timeoutMs },
        ({ attempt }) => work(attempt),
      ),
    async waitForEvent(name, type, timeout) {
      return (await step.waitForEvent(name, { type, timeout })).payload
    },
  }
}
