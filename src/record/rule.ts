/** The rules of a record: HTTPRouteRule of the Gateway API, as it is written there. */
import * as v from 'valibot'
import { type Match, match } from '../features/route/policy.ts'
import { type SessionPersistence, sessionPersistence } from '../features/route/session-policy.ts'
import { type BackendRef, reference } from '../schema/backend-ref.ts'
import { areDistinct, list, must, object, onDemand, text, whole } from '../schema/kit.ts'
import { stepsOrRefusal } from '../schema/path-match.ts'
import { type RulePolicy, rulePolicyEntries } from './fields.ts'
import { areCors, filters, has, type RuleFilter } from './rule-filter.ts'

export interface Rule extends RulePolicy {
  name?: string | undefined
  /** One of them is enough. Default: every path. */
  matches?: readonly Match[] | undefined
  filters?: readonly RuleFilter[] | undefined
  /** Default: the record's own endpoints. */
  backendRefs?: readonly Backend[] | undefined
  sessionPersistence?: SessionPersistence | undefined
}

/** A service that takes a share of the requests. */
export interface Backend extends BackendRef {
  /** Its share is this over the sum of all. 0 takes nothing. Default 1. */
  weight?: number | undefined
  /** Run where this backend is chosen, after those of the rule. */
  filters?: readonly RuleFilter[] | undefined
}

/** More than a route of the API may have: a record holds all routes of its name. */
export const MAX_RULES = 64
const MAX_MATCHES = 64
export const MAX_MATCHES_IN_ALL = 128
/** Steps of all regular expressions: a text may cost a look at each for each of its characters. */
const MAX_STEPS = 10_000

/** All structural limits but those of rules and of expressions are the API's own. */
export function rules(): v.GenericSchema<readonly Rule[]> {
  return v.pipe(
    list(rule(), 'rules', MAX_RULES, 1),
    must(
      (all: readonly Rule[]) => areDistinct(all.map(({ name }, index) => name ?? index)),
      'each name of a rule once',
    ),
    must(
      (all: readonly Rule[]) => matchesIn(all) <= MAX_MATCHES_IN_ALL,
      `${MAX_MATCHES_IN_ALL} matches in all rules together`,
    ),
    must(
      (all: readonly Rule[]) =>
        all
          .flatMap(({ matches = [] }) => matches)
          .flatMap(({ path = {}, headers = [], queryParams = [] }) => [path, ...headers, ...queryParams])
          // What is wrong with one is told of it.
          .reduce((sum, condition) => sum + (Number(stepsOrRefusal(condition)) || 0), 0) <= MAX_STEPS,
      `regular expressions of ${MAX_STEPS} steps in all rules together`,
    ),
  )
}

/** A rule without matches has one, for every path. */
export function matchesIn(rules: readonly { readonly matches?: readonly unknown[] | undefined }[]): number {
  return rules.reduce((sum, { matches = [] }) => sum + Math.max(1, matches.length), 0)
}

function rule(): v.GenericSchema<Rule> {
  return v.pipe(
    object({
      name: v.optional(text(/^(?=.{1,253}$)[a-z0-9]+((-+|\.)[a-z0-9]+)*$/, 'a name: a DNS name in lower case')),
      matches: v.optional(onDemand(() => list(match(), 'matches', MAX_MATCHES))),
      filters: v.optional(onDemand(filters)),
      backendRefs: v.optional(onDemand(() => list(backend(), 'backends', 16))),
      ...rulePolicyEntries(),
      sessionPersistence: v.optional(onDemand(sessionPersistence)),
    }) as v.GenericSchema<Rule>,
    must(
      ({ filters = [], backendRefs = [] }: Rule) => !has(filters, 'RequestRedirect') || backendRefs.length === 0,
      'no backendRefs beside a RequestRedirect',
    ),
    must(
      ({ filters = [], backendRefs = [] }: Rule) =>
        areCors(filters) || !backendRefs.some((backend) => has(backend.filters ?? [], 'RequestRedirect')),
      'no filter but CORS where a backend has a RequestRedirect',
    ),
    must(
      (rule: Rule) => prefixOf(rule) !== undefined || !replacesPrefix(rule),
      'one match, of a PathPrefix, where a ReplacePrefixMatch stands',
    ),
  )
}

function backend(): v.GenericSchema<Backend> {
  return object({
    ...reference(),
    weight: v.optional(whole(0, 1_000_000, 'a whole number from 0 to 1,000,000')),
    filters: v.optional(onDemand(filters)),
  })
}

/** The prefix that every request of a rule has, where its one match names one. */
export function prefixOf({ matches = [{}] }: Rule): string | undefined {
  if (matches.length !== 1) return undefined
  const { type = 'PathPrefix', value = '/' } = matches[0]?.path ?? {}
  return type === 'PathPrefix' ? value : undefined
}

function replacesPrefix({ filters = [], backendRefs = [] }: Rule): boolean {
  return [filters, ...backendRefs.map((backend) => backend.filters ?? [])].flat().some((filter) => {
    if (filter.type === 'URLRewrite') return filter.urlRewrite.path?.type === 'ReplacePrefixMatch'
    return filter.type === 'RequestRedirect' && filter.requestRedirect.path?.type === 'ReplacePrefixMatch'
  })
}
