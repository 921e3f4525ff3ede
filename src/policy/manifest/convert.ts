/** Manifests of the Gateway API to records of the registry, with all that could not be said there. */
import { recordChecker } from '../parse.ts'
import { joined } from './join.ts'
import { lacking } from './lacking.ts'
import type { Fields, Report } from './manifest.ts'
import { type Found, type Read, readAll, type Source } from './read.ts'
import { byAge, type RoutePart } from './route.ts'
import type { PolicyPart } from './traffic-policy.ts'

export interface Conversion<Of> {
  /** By key (`services/<name>`), in the order of the keys. */
  readonly records: ReadonlyMap<string, Fields>
  readonly findings: readonly Found<Of>[]
  /** Notes on the names that rules lead to, and whose endpoints are still to be written. */
  readonly lacking: readonly Found<Of>[]
  readonly leftOut: readonly LeftOut[]
}

/** A route or policy that is not converted, or not for all of its names. */
export interface LeftOut {
  /** Kind, namespace and name: `HTTPRoute shop/users`. */
  readonly object: string
  /** None where it is left out whole. */
  readonly names: readonly string[]
}

/**
 * Converts objects, of which each is converted whole or not at all. Routes for one name are joined: the oldest first,
 * then by namespace and name. A manifest keeps its own meaning: without a policy of its own a route retries nothing, and
 * has no retry budget.
 */
export function convert<Of extends Source>(sources: readonly Of[]): Conversion<Of> {
  const findings: Found<Of>[] = []
  const { routes, policies } = readAll(sources, findings)
  const inOrder = routes.toSorted(
    ({ part: one }, { part: other }) => byAge(one, other) || (one.kind < other.kind ? -1 : 1),
  )
  const routesOf = byName(
    inOrder.filter(({ isRefused }) => !isRefused),
    ({ names }) => names.keys(),
  )
  const policiesOf = byName(
    policies.toSorted(({ part: one }, { part: other }) => byAge(one, other)),
    ({ targets }) => targets.map(({ name }) => name),
  )
  const issuesOf = recordChecker()
  const records = new Map<string, Fields>()
  const namesOf = new Map<RoutePart, Set<string>>()
  const unbounded = new Map<string, Report | undefined>()
  for (const [name, own] of [...routesOf].sort(([one], [other]) => (one < other ? -1 : 1))) {
    const rules = joined(
      name,
      own.map(({ part, report }) => ({ route: part, report })),
      issuesOf,
    )
    const policy = oldest(name, policiesOf.get(name))
    if (policy?.isRefused) {
      own[0]?.report.error(['spec'], `"${name}" is left out: XBackendTrafficPolicy ${policy.part.id} is refused.`)
    }
    if (!rules || policy?.isRefused) continue
    const { retryConstraint = 'off' } = policy?.part ?? {}
    if (retryConstraint === 'off') unbounded.set(name, own[0]?.report)
    for (const { route } of rules) namesOf.set(route, (namesOf.get(route) ?? new Set()).add(name))
    records.set(`services/${name}`, { rules: rules.map(({ rule }) => rule), retryConstraint })
  }
  noteUnbounded(unbounded)
  for (const { part, report } of policies.filter(({ isRefused }) => !isRefused)) {
    for (const { name, path } of part.targets.filter(({ name }) => !records.has(`services/${name}`))) {
      report.error(path, `There is no route for "${name}" here: write the policy into that service's own record.`)
    }
  }
  const converted = routes.filter(({ part }) => namesOf.has(part))
  const refused = policies.filter(({ isRefused }) => isRefused)
  return {
    records,
    findings,
    lacking: lacking(converted, records),
    leftOut: [
      ...routes.flatMap(({ part }) => leftOut(part, namesOf.get(part))),
      ...refused.map(({ part }) => ({ object: `XBackendTrafficPolicy ${part.id}`, names: [] })),
    ],
  }
}

function leftOut({ kind, id, names }: RoutePart, converted: ReadonlySet<string> | undefined): LeftOut[] {
  const object = `${kind} ${id}`
  if (!converted) return [{ object, names: [] }]
  const missing = [...names.keys()].filter((name) => !converted.has(name))
  return missing.length > 0 ? [{ object, names: missing }] : []
}

/** Of several policies for one Service the oldest counts (GEP-713). */
function oldest<Of>(
  name: string,
  [policy, ...others]: readonly Read<Of, PolicyPart>[] = [],
): Read<Of, PolicyPart> | undefined {
  for (const { part, report } of others) {
    const path = part.targets.find((target) => target.name === name)?.path ?? ['spec', 'targetRefs']
    report.error(path, `"${name}" has an older policy, ${policy?.part.id}: one of them counts.`)
  }
  return policy
}

/** What was read for each name, in order. */
function byName<Of, Part>(all: readonly Read<Of, Part>[], namesOf: (part: Part) => Iterable<string>) {
  const found = new Map<string, Read<Of, Part>[]>()
  for (const one of all) {
    for (const name of namesOf(one.part)) {
      const known = found.get(name) ?? []
      known.push(one)
      found.set(name, known)
    }
  }
  return found
}

/** Said once, at the first of them. */
function noteUnbounded(reports: ReadonlyMap<string, Report | undefined>): void {
  const [first] = reports.values()
  const names = [...reports.keys()].map((name) => `"${name}"`)
  const are = names.length === 1 ? 'is' : 'are'
  first?.note(
    ['spec'],
    `${names.join(', ')} ${are} given "retryConstraint": "off", since the Gateway API retries without a budget.`,
  )
}
