/** Converts Gateway API manifests to registry records, and reports what a record cannot express. */
import { recordChecker } from '../record/parse.ts'
import { joined } from './join.ts'
import { lacking } from './lacking.ts'
import type { Fields, Report } from './manifest.ts'
import { type Found, type Read, readAll, type Source } from './read.ts'
import { byAge, type Naming, type RoutePart } from './route.ts'
import type { PolicyPart } from './traffic-policy.ts'

export interface Conversion<Of> {
  /** By key (`services/<name>`), in the order of the keys. */
  readonly records: ReadonlyMap<string, Fields>
  readonly findings: readonly Found<Of>[]
  /** Notes on the services that rules lead to and that have no endpoints yet. */
  readonly lacking: readonly Found<Of>[]
  readonly leftOut: readonly LeftOut[]
}

/** An object that was not converted, or only for some of its names. */
export interface LeftOut {
  /** Kind, namespace and name: `HTTPRoute shop/users`. */
  readonly object: string
  /** Empty where the whole object is left out. */
  readonly names: readonly string[]
}

/** The rules of a Service without a route. Without a policy the Gateway API retries nothing. */
const UNROUTED: readonly Fields[] = [{ retry: { attempts: 0 } }]

/**
 * Converts objects; each is converted whole or not at all. Routes for one name are joined: the oldest first, then by
 * namespace and name. A manifest keeps its meaning: a route without a policy retries nothing and has no retry budget.
 * A policy goes into the record of its Service, with or without a route, since the retry budget that counts is that of
 * the service that a rule leads to.
 */
export function convert<Of extends Source>(sources: readonly Of[], naming: Naming = {}): Conversion<Of> {
  const findings: Found<Of>[] = []
  const { routes, policies, unread } = readAll(sources, naming, findings)
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
  const convertedFor = new Map<RoutePart | PolicyPart, Set<string>>()
  const isFor = (part: RoutePart | PolicyPart, name: string) =>
    convertedFor.set(part, (convertedFor.get(part) ?? new Set()).add(name))
  const unbounded = new Map<string, Report | undefined>()
  for (const name of [...new Set([...routesOf.keys(), ...policiesOf.keys()])].sort()) {
    const own = routesOf.get(name) ?? []
    const joint = own.map(({ part, report }) => ({ route: part, report }))
    const rules = own.length > 0 ? joined(name, joint, issuesOf) : []
    const policy = oldest(name, policiesOf.get(name))
    if (policy?.isRefused) {
      own[0]?.report.error(['spec'], `"${name}" is left out: XBackendTrafficPolicy ${policy.part.id} is refused.`)
    }
    if (!rules || policy?.isRefused) continue
    const { retryConstraint = 'off' } = policy?.part ?? {}
    if (policy) isFor(policy.part, name)
    for (const { route } of rules) isFor(route, name)
    if (own.length === 0 && retryConstraint === 'off') continue
    if (retryConstraint === 'off') unbounded.set(name, own[0]?.report)
    const written = own.length > 0 ? rules.map(({ rule }) => rule) : UNROUTED
    records.set(`services/${name}`, { rules: written, retryConstraint })
  }
  noteUnbounded(unbounded)
  const converted = routes.filter(({ part }) => convertedFor.has(part))
  const lacks = lacking(converted, records)
  for (const { part, report } of policies) {
    for (const { name, path } of part.targets) {
      if (part.retryConstraint === undefined || !convertedFor.get(part)?.has(name) || lacks.has(name)) continue
      const key = `services/${name}`
      report.note(
        path,
        `No rule here leads to "${name}", whose budget is read where one does. Write the endpoints of the Service into ${key}.`,
      )
    }
  }
  return {
    records,
    findings,
    lacking: [...lacks.values()],
    leftOut: [
      ...routes.flatMap(({ part }) => leftOut(`${part.kind} ${part.id}`, part.names.keys(), convertedFor.get(part))),
      ...policies.flatMap(({ part, isRefused }) =>
        leftOut(
          `XBackendTrafficPolicy ${part.id}`,
          part.targets.map(({ name }) => name),
          isRefused ? undefined : convertedFor.get(part),
        ),
      ),
      ...unread.map((object) => ({ object, names: [] })),
    ],
  }
}

function leftOut(object: string, names: Iterable<string>, converted: ReadonlySet<string> | undefined): LeftOut[] {
  if (!converted) return [{ object, names: [] }]
  const missing = [...names].filter((name) => !converted.has(name))
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

/** One note for all of them, at the first. */
function noteUnbounded(reports: ReadonlyMap<string, Report | undefined>): void {
  const [first] = reports.values()
  const names = [...reports.keys()].map((name) => `"${name}"`)
  const are = names.length === 1 ? 'is' : 'are'
  first?.note(
    ['spec'],
    `${names.join(', ')} ${are} given "retryConstraint": "off", since the Gateway API retries without a budget.`,
  )
}
