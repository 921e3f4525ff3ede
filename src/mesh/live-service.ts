/** A service as an isolate knows it, and the ways that its rules lead: types that need each other. */
import type { Skipped } from '../core/receipt.ts'
import type { Judge } from '../features/access/judge.ts'
import type { Balancer, Candidate } from '../features/balance/balancer.ts'
import type { Localities } from '../features/balance/locality.ts'
import type { CorsPlan } from '../features/cors/filter.ts'
import type { Hedging } from '../features/hedge/hedging.ts'
import type { Limiter } from '../features/limit/limiter.ts'
import type { Rater } from '../features/limit/rater.ts'
import type { Throttle } from '../features/limit/throttle.ts'
import type { MirrorPlan } from '../features/mirror/filter.ts'
import type { OutlierDetector } from '../features/outlier/detector.ts'
import type { RedirectPlan } from '../features/redirect/filter.ts'
import type { RewritePlan } from '../features/rewrite/filter.ts'
import type { Asked } from '../features/route/asked.ts'
import type { Routes } from '../features/route/routes.ts'
import type { Policies, WrittenPolicy } from '../record/fields.ts'
import type { ServiceRecord } from '../record/record.ts'
import type { RetryBudget } from '../wire/budget.ts'

/** What is done on the way to a backend. */
export interface Way {
  readonly cors: CorsPlan | undefined
  readonly redirect: RedirectPlan | undefined
  readonly rewrite: RewritePlan | undefined
  readonly mirrors: readonly MirrorPlan[] | undefined
  /** The service with the rule's own timeouts and retries. */
  under(service: LiveService): LiveService
}

/** A service as this isolate knows it: its policy, and what was learned. Values only; it outlives requests. */
export interface LiveService extends Policies {
  readonly record: ServiceRecord
  /** The registry key of its record. */
  readonly recordKey: string
  /** Says who may call; `undefined` where everybody may. */
  readonly judge: Judge<Asked> | undefined
  /** Counts calls; `undefined` where nobody limits them. */
  readonly rate: Rater | undefined
  /** The number of the read that found it. */
  readonly order: number
  /** Its rules, compiled; `undefined` where everything goes to its endpoints. */
  readonly routes: Routes<Way> | undefined
  readonly budget: RetryBudget
  /** `undefined` where nothing is hedged. */
  readonly hedging: Hedging | undefined
  readonly balancer: Balancer
  readonly limiter: Limiter
  readonly throttle: Throttle
  readonly detector: OutlierDetector
  /** The header that says which requests belong together, where the record names one. */
  readonly hashHeader: string | undefined
  /** The endpoints that can be reached from here, and are to get anything. */
  readonly candidates: readonly Candidate[]
  /** Those that can be reached and have weight 0, beside others: only a session leads there. */
  readonly drained: readonly Candidate[]
  /** Those that cannot: a binding that this Worker does not have. */
  readonly unreachable: readonly Skipped[]
  /** How near each is, where any of them says where it is. */
  readonly localities: Localities<Candidate> | undefined
  /** Does anything depend on hearing at once of a caller that leaves? */
  mustHearOfLeaving(now: number): boolean
  /** Those of them that a further attempt could go to: neither ejected nor tried for this call. */
  untried(now: number, tried: readonly Tried[]): readonly Candidate[]
  /**
   * Milliseconds that the quickest of its endpoints usually takes, where that is known: of those not tried yet, while
   * there are any.
   */
  typicalMs(now: number, tried?: readonly Tried[]): number | undefined
}

/** An endpoint that was tried for a call, by its id. */
export interface Tried {
  readonly endpoint: string
}

/** Lays a policy over that of a service, which it shares all else with. */
export type Ruled = (service: LiveService, policy: WrittenPolicy) => LiveService
