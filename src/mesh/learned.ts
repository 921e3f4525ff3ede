/** A part of a mesh that tells what it has learned: which endpoints are left alone, and what is left of retry budgets. */
import { isOut } from '../core/health/health.ts'
import type { Ejected, Learned } from '../telemetry/learned.ts'
import type { Inside } from './inside.ts'

/** Endpoints that are told, at most. */
const MOST = 100
const PREFIX_LENGTH = 'services/'.length

/** @param called names whose budgets are asked for, as keys. */
export type LearnedSource = (now: number, called: object) => Learned

export function learned({ services }: Inside): LearnedSource {
  return (now, called) => {
    const ejected: Ejected[] = []
    const budgets: Record<string, number> = {}
    for (const { recordKey, candidates, detector, budget } of services.all()) {
      const service = recordKey.slice(PREFIX_LENGTH)
      if (Object.hasOwn(called, service) && budget.balance < Number.POSITIVE_INFINITY) budgets[service] = budget.balance
      // Then none of them counts as out.
      if (detector.isPanicking) continue
      for (const { endpoint, health } of candidates) {
        if (!health || !isOut(health) || ejected.length >= MOST) continue
        const { because, since, until } = health
        ejected.push({
          service,
          endpoint: endpoint.id,
          because,
          sinceMs: now - since,
          forMs: Math.max(0, until - now),
        })
      }
    }
    return ejected.length > 0 ? { ejected, budgets } : { budgets }
  }
}
