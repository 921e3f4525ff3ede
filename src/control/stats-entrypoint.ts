/** Takes what functions with the library have counted, over RPC: for those that bind the control plane, and not the mesh. */
import { type ControlEnv, statsOf } from '../admin/env.ts'
import { namedByBinding } from '../wire/caller.ts'

type Stats = NonNullable<ReturnType<typeof statsOf>>

/** For service bindings (`entrypoint = "StatsEntrypoint"`). */
export const StatsEntrypoint = {
  /**
   * Three parameters: only so does workerd hand over env and ctx.
   *
   * @throws {Error} that says what is missing to whoever reports.
   */
  async digest(digest: Parameters<Stats['report']>[1], env: ControlEnv, ctx: { readonly props?: unknown }) {
    return statsOf(env)?.report(namedByBinding(ctx), digest)
  },
}
