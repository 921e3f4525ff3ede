/** What the filters of a rule and of its backend would do to a request. */
import { corsPlan } from '../../features/cors/filter.ts'
import type { Mirror } from '../../features/mirror/policy.ts'
import type { HeaderModifier } from '../../features/rewrite/policy.ts'
import type { RuleFilter } from '../../record/rule-filter.ts'
import { nameOfRef } from '../../schema/backend-ref.ts'
import type { FilterTold } from './decision.ts'

export function filtersTold(filters: readonly RuleFilter[], { headers }: Request): FilterTold[] {
  const origin = headers.get('origin')
  return filters.map((filter) => ({ type: filter.type, does: does(filter, origin) }))
}

function does(filter: RuleFilter, origin: string | null): string {
  switch (filter.type) {
    case 'RequestHeaderModifier':
      return `changes headers of the request: ${changes(filter.requestHeaderModifier)}`
    case 'ResponseHeaderModifier':
      return `changes headers of the answer: ${changes(filter.responseHeaderModifier)}`
    case 'RequestRedirect':
      return `redirects with ${filter.requestRedirect.statusCode ?? 302}`
    case 'URLRewrite': {
      const { hostname, path } = filter.urlRewrite
      return `rewrites ${[hostname && 'the host', path && 'the path'].filter(Boolean).join(' and ') || 'nothing'}`
    }
    case 'RequestMirror':
      return `sends ${shareOf(filter.requestMirror)} % of the requests to ${nameOfRef(filter.requestMirror.backendRef)}, too`
    case 'CORS':
      if (origin === null) return 'has nothing to say to a request without an origin'
      return `${corsPlan(filter.cors).isAllowed(origin) ? 'lets' : 'does not let'} pages of ${origin} read the answer`
  }
}

function shareOf({ percent = 100, fraction }: Mirror): number {
  return fraction ? (100 * fraction.numerator) / (fraction.denominator ?? 100) : percent
}

function changes({ set = [], add = [], remove = [] }: HeaderModifier): string {
  return [
    ...set.map(({ name }) => `${name} is set`),
    ...add.map(({ name }) => `${name} is added to`),
    ...remove.map((name) => `${name} is removed`),
  ].join(', ')
}
