/** What is done to a request that a rule matched, and to its answer: HTTPRouteFilter of the Gateway API. */
import * as v from 'valibot'
import { type Cors, cors } from '../features/cors/policy.ts'
import { type Mirror, mirror } from '../features/mirror/policy.ts'
import { type Redirect, redirect } from '../features/redirect/policy.ts'
import { type HeaderModifier, headerModifier, type Rewrite, rewrite } from '../features/rewrite/policy.ts'
import { areDistinct, byType, list, must, onDemand } from '../schema/kit.ts'

export type RuleFilter =
  | { type: 'RequestHeaderModifier'; requestHeaderModifier: HeaderModifier }
  | { type: 'ResponseHeaderModifier'; responseHeaderModifier: HeaderModifier }
  | { type: 'RequestRedirect'; requestRedirect: Redirect }
  | { type: 'URLRewrite'; urlRewrite: Rewrite }
  | { type: 'RequestMirror'; requestMirror: Mirror }
  | { type: 'CORS'; cors: Cors }

/** The filters of a rule, or of a backend. */
export function filters() {
  const filter = byType({
    RequestHeaderModifier: { requestHeaderModifier: onDemand(headerModifier) },
    ResponseHeaderModifier: { responseHeaderModifier: onDemand(headerModifier) },
    RequestRedirect: { requestRedirect: onDemand(redirect) },
    URLRewrite: { urlRewrite: onDemand(rewrite) },
    RequestMirror: { requestMirror: onDemand(mirror) },
    CORS: { cors: onDemand(cors) },
  }) as v.GenericSchema<RuleFilter>
  return v.pipe(
    list(filter, 'filters', 16),
    must(
      (all: readonly RuleFilter[]) =>
        areDistinct(all.map(({ type }) => type).filter((type) => type !== 'RequestMirror')),
      'each type of filter once, but for RequestMirror',
    ),
    must(
      (all: readonly RuleFilter[]) => areCors(all) || !has(all, 'RequestRedirect'),
      'no filter but CORS beside a RequestRedirect, which answers by itself',
    ),
  )
}

/** Is there no filter but CORS, and redirects themselves? All others do something to what a redirect does not send. */
export function areCors(filters: readonly RuleFilter[]): boolean {
  return filters.every(({ type }) => type === 'CORS' || type === 'RequestRedirect')
}

export function has(filters: readonly RuleFilter[], type: RuleFilter['type']): boolean {
  return filters.some((filter) => filter.type === type)
}

/** Those of one type, in their order. */
export function ofType<Type extends RuleFilter['type']>(filters: readonly RuleFilter[], type: Type) {
  return filters.filter((filter): filter is Extract<RuleFilter, { type: Type }> => filter.type === type)
}
