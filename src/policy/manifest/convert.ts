/** Manifests of the Gateway API to records of the registry, with all that could not be said there. */
import { recordChecker } from '../parse.ts'
import { joined } from './join.ts'
import type { Fields } from './manifest.ts'
import { type Found, type Read, readAll, type Source } from './read.ts'
import type { PolicyPart } from './traffic-policy.ts'

export interface Conversion<Of> {
  /** By key (`services/<name>`), in the order of the keys. */
  readonly records: ReadonlyMap<string, Fields>
  readonly findings: readonly Found<Of>[]
}

/**
 * Converts objects, of which each is converted whole or not at all. Routes for one name are joined: the oldest first,
 * then by namespace and name. A manifest keeps its own meaning: without a policy of its own a route retries nothing, and
 * has no retry budget.
 */
export function convert<Of extends Source>(sources: readonly Of[]): Conversion<Of> {
  const findings: Found<Of>[] = []
  const { routes, policies } = readAll(sources, findings)
  const routesOf = byName(
    routes.filter(({ isRefused }) => !isRefused),
    ({ names }) => names.keys(),
  )
  const policiesOf = byName(policies, ({ targets }) => targets.map(({ name }) => name))
  const issuesOf = recordChecker()
  const records = new Map<string, Fields>()
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
    if (retryConstraint === 'off') own[0]?.report.note(['spec'], unbounded(name))
    records.set(`services/${name}`, { rules, retryConstraint })
  }
  for (const { part, report } of policies.filter(({ isRefused }) => !isRefused)) {
    for (const { name, path } of part.targets.filter(({ name }) => !records.has(`services/${name}`))) {
      report.error(path, `There is no route for "${name}" here: write the policy into that service's own record.`)
    }
  }
  return { records, findings }
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

function unbounded(name: string): string {
  return `"${name}" is given "retryConstraint": "off", since the Gateway API retries without a budget.`
}
