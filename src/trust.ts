/** Who calls and what they may do. */
import { accessJudge } from './features/access/judge.ts'
import { withPath } from './features/route/asked.ts'
import { matcher } from './features/route/match.ts'
import { guard } from './mesh/trust/guard.ts'
import { guards } from './mesh/trust/guarded.ts'
import type { Trust } from './mesh/trust/trust.ts'

export type { CallerClass, Proof } from './core/caller.ts'
export type { AccessNote } from './core/receipt.ts'
export type { Trust } from './mesh/trust/trust.ts'

/**
 * Judges callers by the `access` of records. It needs no key: who calls is known by bindings (docs/trust.md).
 *
 * @example
 * const mesh = createMesh({ registry: kvRegistry(env.REGISTRY), env, name: 'users', trust: access })
 */
export const access: Trust = {
  guard,
  guards,
  judge: (policy) => (policy.default === 'deny' || policy.rules ? accessJudge(policy, matcher, withPath) : undefined),
}
