/** Makes of a record's rules what its requests meet: compiled once a record, not once a request. */

import type { Seal } from '../core/seal.ts'
import { heard, type Random } from '../core/time/random.ts'
import { corsPlan } from '../features/cors/filter.ts'
import { mirrorPlans } from '../features/mirror/filter.ts'
import { redirectPlan } from '../features/redirect/filter.ts'
import { rewritePlan } from '../features/rewrite/filter.ts'
import { matcher } from '../features/route/match.ts'
import type { Route, Routes, Weighed } from '../features/route/routes.ts'
import { session } from '../features/route/session.ts'
import { split } from '../features/route/split.ts'
import { spread } from '../math/spread.ts'
import { policyOf } from '../record/fields.ts'
import { prefixOf, type Rule } from '../record/rule.ts'
import { ofType, type RuleFilter } from '../record/rule-filter.ts'
import { nameOfRef } from '../schema/backend-ref.ts'
import type { LiveService, Ruled, Way } from './live-service.ts'

/** The one rule of a record that has none: everything to its endpoints. */
export const everything: Route<Way> = {
  label: 'every request',
  matches: [],
  ways: [],
  choose: () => ({ name: undefined, weight: 1, way: straight }),
  session: undefined,
}

const straight: Way = {
  cors: undefined,
  redirect: undefined,
  rewrite: undefined,
  mirrors: undefined,
  under: (service) => service,
}

/** @param recordKey of the record: sessions of one record are not those of another. */
export function routes(
  rules: readonly Rule[],
  recordKey: string,
  ruled: Ruled,
  random: Random,
  seal?: Seal,
): Routes<Way> {
  const match = matcher(rules)
  const all = rules.map((rule, index) => routeOf(rule, `rules[${index}]`, recordKey, ruled, random, seal))
  return { find: (asked) => all[match(asked)] }
}

function routeOf(
  rule: Rule,
  place: string,
  recordKey: string,
  ruled: Ruled,
  random: Random,
  seal: Seal | undefined,
): Route<Way> {
  const { matches = [], filters = [], backendRefs = [], sessionPersistence, name: label = place } = rule
  const prefix = prefixOf(rule) ?? ''
  const under = onceFor(rule, ruled)
  const wayOf = (more: readonly RuleFilter[] = []): Way => {
    const all = [...filters, ...more]
    const cors = ofType(all, 'CORS').at(-1)?.cors
    const redirect = ofType(all, 'RequestRedirect').at(-1)?.requestRedirect
    const mirrors = ofType(all, 'RequestMirror').map(({ requestMirror }) => requestMirror)
    return {
      cors: cors && corsPlan(cors),
      redirect: redirect && redirectPlan(redirect, prefix),
      rewrite: rewritePlan(
        ofType(all, 'URLRewrite').map(({ urlRewrite }) => urlRewrite),
        ofType(all, 'RequestHeaderModifier').map(({ requestHeaderModifier }) => requestHeaderModifier),
        ofType(all, 'ResponseHeaderModifier').map(({ responseHeaderModifier }) => responseHeaderModifier),
        prefix,
      ),
      mirrors: mirrorPlans(mirrors, spread(random.next())),
      under,
    }
  }
  const ways: Weighed<Way>[] =
    backendRefs.length === 0
      ? [{ name: undefined, weight: 1, way: wayOf() }]
      : backendRefs.map((backend) => {
          const { weight = 1 } = backend
          return { name: nameOfRef(backend), weight, way: wayOf(backend.filters) }
        })
  return {
    label,
    matches,
    ways,
    choose: split(ways, heardOf(spread(random.next()), random)),
    session: sessionPersistence && session(sessionPersistence, `${recordKey} ${label}`, seal),
  }
}

/** The same numbers, heard where somebody wants to know what chance gave. */
function heardOf(next: () => number, random: Random): () => number {
  return () => heard(random, next())
}

/** The rule's policy over that of a service, laid anew only where the service has changed. */
function onceFor(rule: Rule, ruled: Ruled): Way['under'] {
  const own = policyOf(rule)
  if (!own) return straight.under
  const laid = new WeakMap<LiveService, LiveService>()
  return (service) => {
    const known = laid.get(service) ?? ruled(service, own)
    laid.set(service, known)
    return known
  }
}
