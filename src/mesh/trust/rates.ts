/** How often a service may be called, as a value that a mesh is made with. What a mesh does not use it does not carry. */
import type { ObserverFilter } from '../../core/engine/stack.ts'
import type { Log } from '../../core/log.ts'
import type { RateNeeds } from '../../features/limit/rate-filter.ts'
import type { WrittenRate } from '../../features/limit/rate-policy.ts'
import type { Rater } from '../../features/limit/rater.ts'
import type { ServiceRecord } from '../../record/record.ts'
import type { Bindings } from '../../targets/bindings.ts'
import type { LiveService } from '../live-service.ts'

export interface Rates {
  /** What counts the calls of a record. */
  rater(rate: WrittenRate, recordKey: string, bindings: Bindings): Rater
  counts(log: Log): Counts
}

/** What of a call is looked at. */
export interface Rated extends RateNeeds {
  readonly service: LiveService
  /** Services of the name whose rules did not match: they were called, too. */
  readonly passedBy?: readonly LiveService[] | undefined
}

/** They count a call once, however often it is tried. */
export interface Counts {
  /** By the records that were called. */
  readonly called: ObserverFilter<Rated>
  /** By the record of a backend. */
  readonly backend: ObserverFilter<Rated>
}

/** Might a call that begins with this service be counted? Its rules may lead to one that is. */
export function mayBeRated({ rate, routes }: Pick<LiveService, 'rate' | 'routes'>): boolean {
  return rate !== undefined || routes !== undefined
}

export function isRated({ service, passedBy }: Pick<Rated, 'service' | 'passedBy'>): boolean {
  return service.rate !== undefined || passedBy !== undefined
}

/** Is a backend counted by a record other than the one that was called? */
export function isRatedApart({ service, receipt }: Pick<Rated, 'service' | 'receipt'>): boolean {
  return service.rate !== undefined && service.recordKey !== receipt.key
}

export const NO_RATES =
  'limits how often it is called, and nothing in this mesh would count: give it rates, as in createMesh({ trust: access, rates }) of "selvedge/trust".'

/** A record with a rate is refused where nobody would count: what was limited would not be. */
export function lacksRates({ policy }: ServiceRecord): string | undefined {
  return policy.limits?.rate ? `$.limits.rate ${NO_RATES}` : undefined
}
