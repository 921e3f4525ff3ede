/** Joins the routes for one name to the rules of its record, in the order of the specification, and reports those that cannot be joined. */
import type { Issue } from '../record/parse.ts'
import { MAX_MATCHES_IN_ALL, MAX_RULES, matchesIn, type Rule } from '../record/rule.ts'
import { type Door, inCommon, told } from './door.ts'
import { outOfOrder } from './grpc-route.ts'
import type { Fields, Report } from './manifest.ts'
import type { PlacedRule, RouteKind, RoutePart } from './route.ts'

interface Own {
  readonly route: RoutePart
  readonly report: Report
}

/** A rule and its route. */
interface OwnRule extends PlacedRule, Own {}

/** @param all in the order of the specification. @returns `undefined`, with errors reported, where they cannot be joined. */
export function joined(
  name: string,
  all: readonly Own[],
  issuesOf: (record: unknown) => Issue[],
): readonly OwnRule[] | undefined {
  const kind = kindOf(name, all)
  const own = all.filter(({ route }) => route.kind === kind)
  for (const { route, report } of all.filter((one) => !own.includes(one))) {
    const why = `${route.kind}s are not joined with ${kind}s. Leave one out.`
    report.error(['kind'], `"${name}" is left to ${idsOf(own)}: ${why}`)
  }
  if (!standBehindOne(name, own)) return undefined
  const rules = named(own)
  const alone = kind === 'GRPCRoute' ? outOfOrder(rules) : undefined
  if (alone) {
    const [index, match] = alone
    const { path, report } = rules[index] as OwnRule
    const why = `of "${name}" names a method alone, and would go before a match that names a service alone.`
    report.error([...path, 'matches', match, 'method'], why)
    return undefined
  }
  if (own.length === 1) return rules
  const written = rules.map(({ rule }) => rule)
  const many = tooMany(written)
  const reasons = many ? [many] : issuesOf({ rules: written }).map(({ message }) => message)
  for (const reason of reasons) {
    const others = idsOf(own.slice(0, -1))
    own
      .at(-1)
      ?.report.error(['spec', 'rules'], `"${name}": Together with ${others}: ${reason} None of them is converted.`)
  }
  return reasons.length > 0 ? undefined : rules
}

/** The schema has checked the number of rules of each route; this checks the sum. */
function tooMany(rules: readonly Fields[]): string | undefined {
  if (rules.length > MAX_RULES) return `${rules.length} rules, and a record holds ${MAX_RULES}.`
  const matches = matchesIn(rules as readonly Rule[])
  return matches > MAX_MATCHES_IN_ALL ? `${matches} matches, and a record holds ${MAX_MATCHES_IN_ALL}.` : undefined
}

/** GEP-1294: for a Service, GRPCRoutes win; for a hostname, the kind of the oldest route. */
function kindOf(name: string, all: readonly Own[]): RouteKind | undefined {
  const isGrpcService = all.some(({ route: { kind, names } }) => kind === 'GRPCRoute' && names.get(name)?.isService)
  return isGrpcService ? 'GRPCRoute' : all[0]?.route.kind
}

/** A name has one door. Where its routes share none, each error names another route, or two that differ. */
function standBehindOne(name: string, own: readonly Own[]): boolean {
  const doorsOf = ({ route }: Own) => route.names.get(name)?.doors ?? []
  const areApart = (one: Own, other: Own) => !inCommon(doorsOf(one), doorsOf(other))
  let common: readonly Door[] | undefined = []
  const last = own.find((one) => {
    common = common && inCommon(common, doorsOf(one))
    return !common
  })
  if (!last) return true
  const first = own.find((one) => areApart(one, last)) ?? (own[0] as Own)
  const what = last.route.names.get(name)?.isService ? 'ports' : 'listeners'
  const why = `a name has no ${what}, so that none of them is converted. Leave one out.`
  for (const one of own) {
    const other = one === last ? first : [last, first].find((other) => areApart(one, other))
    const places = (other ? [one, other] : [last, first]).map(
      (at) => `${doorsOf(at).map(told).join(' or ')} ${at === one ? 'here' : `for ${idsOf([at])}`}`,
    )
    const path = doorsOf(one)[0]?.path ?? ['spec']
    one.report.error(path, `"${name}" has routes behind different ${what}, ${places.join(' and ')}: ${why}`)
  }
  return false
}

/** All rules in order. A rule's name is unique within its route only, so a younger route's rules get the route's name in front. */
function named(own: readonly Own[]): OwnRule[] {
  const taken = new Set<unknown>()
  return own.flatMap(({ route, report }) =>
    route.rules.map(({ rule, path }) => {
      const { name } = rule
      const isTaken = name !== undefined && taken.has(name)
      taken.add(name)
      if (!isTaken) return { rule, path, route, report }
      const other = [name, ...route.id.split('/').reverse()].join('.')
      report.note([...path, 'name'], `is taken by an older route: this rule is called "${other}".`)
      return { rule: { ...rule, name: other }, path, route, report }
    }),
  )
}

function idsOf(own: readonly Own[]): string {
  return own.map(({ route }) => `${route.kind} ${route.id}`).join(', ')
}
