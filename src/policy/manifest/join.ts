/** The routes for one name, as the rules of its record: the specification's order, and what it does not let join. */
import type { Issue } from '../parse.ts'
import { type Door, inCommon, told } from './door.ts'
import { outOfOrder } from './grpc-route.ts'
import type { Fields, Report } from './manifest.ts'
import type { PlacedRule, RouteKind, RoutePart } from './route.ts'

interface Own {
  readonly route: RoutePart
  readonly report: Report
}

interface OwnRule extends PlacedRule {
  readonly report: Report
}

/** @param all in the specification's order. `undefined`, with errors, where they cannot be joined. */
export function joined(
  name: string,
  all: readonly Own[],
  issuesOf: (record: unknown) => Issue[],
): readonly Fields[] | undefined {
  const kind = kindOf(name, all)
  const own = all.filter(({ route }) => route.kind === kind)
  for (const { route, report } of all.filter((one) => !own.includes(one))) {
    report.error(['kind'], `"${name}" is left to ${idsOf(own)}: ${route.kind}s are not joined with ${kind}s.`)
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
  const written = rules.map(({ rule }) => rule)
  const issues = own.length > 1 ? issuesOf({ rules: written }) : []
  for (const { message } of issues) {
    own.at(-1)?.report.error(['spec', 'rules'], `Together with ${idsOf(own.slice(0, -1))}: ${message}`)
  }
  return issues.length > 0 ? undefined : written
}

/** GEP-1294: of a Service, GRPCRoutes are taken; of a hostname, the kind that was there first. */
function kindOf(name: string, all: readonly Own[]): RouteKind | undefined {
  const isGrpcService = all.some(({ route: { kind, names } }) => kind === 'GRPCRoute' && names.get(name)?.isService)
  return isGrpcService ? 'GRPCRoute' : all[0]?.route.kind
}

function standBehindOne(name: string, own: readonly Own[]): boolean {
  let doors: readonly Door[] = []
  for (const { route, report } of own) {
    const others = route.names.get(name)?.doors ?? []
    const common = inCommon(doors, others)
    if (!common) {
      const [one, other] = [doors, others].map((all) => all.map(told).join(' and '))
      const why = `is for "${name}" behind ${other}, other routes are behind ${one}: a name has no ports and listeners.`
      report.error(others[0]?.path ?? ['spec'], why)
      return false
    }
    doors = common
  }
  return true
}

/** All rules in order. The name of a rule is its own within its route: a younger route's is told apart by the route's name. */
function named(own: readonly Own[]): OwnRule[] {
  const taken = new Set<unknown>()
  return own.flatMap(({ route, report }) =>
    route.rules.map(({ rule, path }) => {
      const { name } = rule
      const isTaken = name !== undefined && taken.has(name)
      taken.add(name)
      if (!isTaken) return { rule, path, report }
      const other = [name, ...route.id.split('/').reverse()].join('.')
      report.note([...path, 'name'], `is taken by an older route: this rule is called "${other}".`)
      return { rule: { ...rule, name: other }, path, report }
    }),
  )
}

function idsOf(own: readonly Own[]): string {
  return own.map(({ route }) => `${route.kind} ${route.id}`).join(', ')
}
