/** Who calls, what they may do, and how often. */
import { accessJudge } from './features/access/judge.ts'
import { withPath } from './features/route/asked.ts'
import { matcher } from './features/route/match.ts'
import { counts, raterOf } from './mesh/trust/counted.ts'
import { guard } from './mesh/trust/guard.ts'
import { guards } from './mesh/trust/guarded.ts'
import type { Rates } from './mesh/trust/rates.ts'
import type { Trust } from './mesh/trust/trust.ts'

export type { CallerClass, Proof } from './core/caller.ts'
export type { AccessNote, RateNote } from './core/receipt.ts'
export type { Rates } from './mesh/trust/rates.ts'
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

/**
 * Counts calls to services whose records have `limits.rate`: by the quota object where `env` has `QUOTA_OBJECT`, else in each isolate
 * alone; by a rate limit binding where the record names one (docs/rates.md).
 *
 * @example
 * const mesh = createMesh({ registry: kvRegistry(env.REGISTRY), env, name: 'checkout', trust: access, rates })
 */
export const rates: Rates = { rater: raterOf, counts }
