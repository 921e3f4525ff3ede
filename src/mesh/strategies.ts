/** Other rules than the mesh's own, for simulation and for those who know better. */
import type { Clock } from '../core/time/clock.ts'
import type { Random } from '../core/time/random.ts'
import type { Balancer } from '../features/balance/balancer.ts'
import type { Balancers } from '../features/balance/balancers.ts'
import type { BudgetPolicy } from '../features/retry/policy.ts'
import type { RetryBudget } from '../wire/budget.ts'

export type { Balancer, RetryBudget }

export interface Strategies {
  /** Makes the retry budget of a service, from its `retryConstraint`. Default: docs/allowance.md. */
  readonly budget?: ((policy: BudgetPolicy | undefined, clock: Clock) => RetryBudget) | undefined
  /** Makes the balancer of a service with these candidates, from its `loadBalancer`. Default: docs/registry.md. */
  readonly balancers?: ((random: Random) => Balancers) | undefined
}
