/** What the rate of a record comes to in the Worker that reads it: who counts, and what that promises. */
import { durationMs } from '../../schema/duration.ts'
import type { ServiceRecord } from '../record.ts'
import type { Given } from './needs.ts'

export interface RateFinding {
  /** `error`: the record names what is not there. `warning`: less is promised than it looks. */
  readonly severity: 'error' | 'warning' | 'note'
  readonly path: readonly string[]
  readonly message: string
}

/** The section of rate limit bindings in a wrangler configuration. */
export const RATE_LIMITS = 'ratelimits'
const QUOTA_OBJECT = 'QUOTA_OBJECT'
/** Requests a second that one object surely answers: the platform speaks of about 1,000. */
const MOST_A_SECOND = 500

/** @param given `undefined` where nobody knows what the Worker has. */
export function rateFindings({ policy }: Pick<ServiceRecord, 'policy'>, given: Given | undefined): RateFinding[] {
  const rate = policy.limits?.rate
  if (!rate) return []
  const path = ['limits', 'rate']
  if ('binding' in rate) {
    const { binding } = rate
    const about = `each location counts by itself, and about: "${binding}" has the limit and the period.`
    if (!given) return [{ severity: 'note', path, message: about }]
    const boundAs = given.bindings.get(binding)
    if (boundAs === RATE_LIMITS) return [{ severity: 'note', path, message: about }]
    const instead = boundAs === undefined ? '' : `, but under ${boundAs}`
    const message = `"${binding}" is not bound under ${RATE_LIMITS}${instead}: nobody counts, and every request is let in.`
    return [{ severity: 'error', path: [...path, 'binding'], message }]
  }
  const isBound = given?.bindings.get(QUOTA_OBJECT) === 'durable_objects.bindings'
  const aSecond = (rate.count * 1000) / durationMs(rate.interval)
  const alone = `without ${QUOTA_OBJECT} each isolate counts alone`
  if (given && !isBound) {
    return [{ severity: 'warning', path, message: `${alone}: ${rate.count} is what one of them lets in.` }]
  }
  return [
    ...(given ? [] : [{ severity: 'note', path, message: `${alone}.` } as const]),
    ...(aSecond > MOST_A_SECOND
      ? [
          {
            severity: 'warning',
            path,
            message: `one object answers some ${MOST_A_SECOND} requests a second, and this lets in ${Math.round(aSecond)} of one key: use a binding.`,
          } as const,
        ]
      : []),
  ]
}
