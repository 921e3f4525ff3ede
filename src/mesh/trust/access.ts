/** Judging callers by the `access` of records, as a value. */
import { accessJudge } from '../../features/access/judge.ts'
import { withPath } from '../../features/route/asked.ts'
import { matcher } from '../../features/route/match.ts'
import { guard } from './guard.ts'
import { guards } from './guarded.ts'
import type { Trust } from './trust.ts'

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
