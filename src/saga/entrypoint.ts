/** A Workflow of sagas: the one file that names the platform's module. */
import { WorkflowEntrypoint } from 'cloudflare:workers'
import { type PlatformEvent, type PlatformStep, runner, type SagasOptions } from './entry.ts'
import type { Outcome } from './run.ts'
import type { Definition } from './saga.ts'

/** The class of a Workflow. */
export type SagasClass<Env> = new (
  ctx: ExecutionContext,
  env: Env,
) => WorkflowEntrypoint<Env, unknown> & {
  run(event: Readonly<PlatformEvent>, step: PlatformStep): Promise<Outcome>
}

/**
 * The class that a Worker exports, and its configuration names under `[[workflows]]`. Old versions stay in the list until no saga of
 * theirs runs any more (`selvedge sagas list --of-version 1`).
 *
 * @example
 * export const Sagas = sagas([placeOrder, placeOrderV1], { mesh: (env: Env) => createMesh({ … }) })
 *
 * @throws {TypeError} where a saga is there twice in one version.
 */
export function sagas<Env extends object>(
  definitions: readonly Definition[],
  options: SagasOptions<Env>,
): SagasClass<Env> {
  const runs = runner(definitions, options)
  return class Sagas extends WorkflowEntrypoint<Env, unknown> {
    override run(event: Readonly<PlatformEvent>, step: PlatformStep) {
      return runs(this.env, event, step)
    }
  }
}
