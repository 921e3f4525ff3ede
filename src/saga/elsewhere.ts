/** The same class where there is no platform: so that a saga can be read, and tested, in Node. No engine runs it there. */
import { type PlatformEvent, type PlatformStep, runner, type SagasOptions } from './entry.ts'
import type { Definition } from './saga.ts'

/** @throws {TypeError} where a saga is there twice in one version. */
export function sagas<Env extends object>(definitions: readonly Definition[], options: SagasOptions<Env>) {
  const runs = runner(definitions, options)
  return class Sagas {
    readonly env: Env

    constructor(_ctx: unknown, env: Env) {
      this.env = env
    }

    run(event: Readonly<PlatformEvent>, step: PlatformStep) {
      return runs(this.env, event, step)
    }
  }
}
