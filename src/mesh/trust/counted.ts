/** What counts the calls of a record, by what this Worker is bound to. */
import { sha256Hex } from '../../core/text/digest.ts'
import {
  bindingCounter,
  isolateCounter,
  type NameOf,
  objectCounter,
  type QuotaObjects,
  type RateLimitBinding,
} from '../../features/limit/counters.ts'
import { rate } from '../../features/limit/rate-filter.ts'
import { ratePolicy } from '../../features/limit/rate-policy.ts'
import { rater } from '../../features/limit/rater.ts'
import { bound } from '../../targets/bindings.ts'
import type { Counts, Rated, Rates } from './rates.ts'

/** The control plane's object that counts for all isolates. */
export const QUOTA_OBJECT = 'QUOTA_OBJECT'
const RATE_LIMIT = { what: 'rate limit binding', methods: ['limit'] }

/**
 * Counts calls to services whose records have `limits.rate`: by the quota object where `env` has `QUOTA_OBJECT`, else in each isolate
 * alone; by a rate limit binding where the record names one (docs/rates.md).
 *
 * @example
 * const mesh = createMesh({ registry: kvRegistry(env.REGISTRY), env, name: 'checkout', trust: access, rates })
 */
export const rates: Rates = { rater: (...of) => raterOf(...of), counts }

const raterOf: Rates['rater'] = (written, recordKey, bindings) => {
  const policy = ratePolicy(written)
  const { per, header, binding, count = 0, intervalMs } = policy
  // What a header says may be a secret, and long: its digest stands for it.
  const nameOf: NameOf = async (key) => `${recordKey} ${per} ${header === undefined ? key : await sha256Hex(key)}`
  const found = () => bound<RateLimitBinding>(bindings, binding ?? '', RATE_LIMIT)
  if (binding !== undefined) return rater(recordKey, policy, 'binding', bindingCounter(found, nameOf))
  const objects = bindings[QUOTA_OBJECT] as QuotaObjects | undefined
  return objects
    ? rater(recordKey, policy, 'object', objectCounter(objects, nameOf, count, intervalMs))
    : rater(recordKey, policy, 'isolate', isolateCounter(count, intervalMs))
}

function counts(log: Parameters<Rates['counts']>[0]): Counts {
  return {
    called: rate('rate', ({ passedBy = [], service }: Rated) => [...passedBy, service].map(({ rate }) => rate), log),
    backend: rate('rateBackend', ({ service }: Rated) => [service.rate], log),
  }
}
