/** Manifests of the Gateway API to records of the registry, with all that could not be said there. */
import { checker, type Issue, recordChecker } from '../parse.ts'
import { grpcPath, grpcRules } from './grpc-route.ts'
import { httpRules } from './http-route.ts'
import { joined } from './join.ts'
import { type Fields, type Finding, isFields, type Path, type Report, shown, withoutNulls } from './manifest.ts'
import { ageOf, byAge, homeOf, namesOf, type RouteKind, type RoutePart } from './route.ts'
import { policyShape, routeShape } from './shape.ts'
import { type PolicyPart, trafficPolicy } from './traffic-policy.ts'

/** One object, as it was read. */
export interface Source {
  readonly value: unknown
}

/** A finding, and the object it is of. */
export interface Found<Of> extends Finding {
  readonly source: Of
}

export interface Conversion<Of> {
  /** By key (`services/<name>`), in the order of the keys. */
  readonly records: ReadonlyMap<string, Fields>
  readonly findings: readonly Found<Of>[]
}

const API = /^gateway\.networking\.k8s\.io\/v1(beta1)?$/
const EXPERIMENTAL_API = /^gateway\.networking\.x-k8s\.io\/v1alpha1$/
/** What kubectl writes for itself. */
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration'

/** Is this a manifest, and not a record? */
export function isManifest(value: unknown): value is Fields {
  return isFields(value) && typeof value.apiVersion === 'string' && typeof value.kind === 'string'
}

/** What was read of one object. */
interface Read<Of, Part> {
  readonly source: Of
  readonly part: Part
  readonly report: Report
  /** Does it have errors? Then it is not converted. */
  readonly isRefused: boolean
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

/** Reads all objects, and puts them in the specification's order. */
function readAll<Of extends Source>(sources: readonly Of[], findings: Found<Of>[]) {
  const routes: Read<Of, RoutePart>[] = []
  const policies: Read<Of, PolicyPart>[] = []
  const shapes = { route: checker(routeShape()), policy: checker(policyShape()), record: recordChecker() }
  const known = new Set<string>()
  for (const source of sources) {
    const own: Found<Of>[] = []
    const report = reportTo(own, source)
    const { route, policy } = read(source.value, shapes, known, report)
    findings.push(...own)
    const common = {
      source,
      report: reportTo(findings, source),
      isRefused: own.some(({ severity }) => severity === 'error'),
    }
    if (route) routes.push({ ...common, part: route })
    if (policy) policies.push({ ...common, part: policy })
  }
  routes.sort((one, other) => byAge(one.part, other.part) || (one.part.kind < other.part.kind ? -1 : 1))
  policies.sort((one, other) => byAge(one.part, other.part))
  return { routes, policies }
}

type Check = (value: unknown) => Issue[]

function read(
  value: unknown,
  shapes: { readonly route: Check; readonly policy: Check; readonly record: Check },
  known: Set<string>,
  report: Report,
): { route?: RoutePart; policy?: PolicyPart } {
  if (!isManifest(value)) {
    report.error([], `Expected a manifest with apiVersion and kind, got ${shown(value)}.`)
    return {}
  }
  const { apiVersion, kind } = value
  const isRoute = API.test(String(apiVersion)) && (kind === 'HTTPRoute' || kind === 'GRPCRoute')
  if (!isRoute && !(EXPERIMENTAL_API.test(String(apiVersion)) && kind === 'XBackendTrafficPolicy')) {
    report.error(
      ['kind'],
      `${shown(`${apiVersion} ${kind}`)}: HTTPRoute, GRPCRoute and XBackendTrafficPolicy can be converted.`,
    )
    return {}
  }
  const manifest = withoutNulls(value) as Fields
  for (const { path, message } of (isRoute ? shapes.route : shapes.policy)(manifest)) report.error(path, message)
  const id = `${kind} ${ageOf(manifest).id}`
  if (known.has(id)) report.error(['metadata', 'name'], `${id} stands twice.`)
  known.add(id)
  noteAnnotations(manifest, report)
  return isRoute
    ? { route: routeOf(manifest, kind as RouteKind, shapes.record, report) }
    : { policy: trafficPolicy(manifest, report) }
}

function routeOf(manifest: Fields, kind: RouteKind, issuesOf: Check, report: Report): RoutePart {
  const spec = isFields(manifest.spec) ? manifest.spec : {}
  const rules = (kind === 'GRPCRoute' ? grpcRules : httpRules)(spec, homeOf(manifest), report)
  const names = namesOf(manifest, report)
  if (!areObjects(spec.rules, ['spec', 'rules'], report)) return { ...ageOf(manifest), kind, names, rules: [] }
  for (const {
    path: [, index, ...rest],
    message,
  } of issuesOf({ rules: rules.map(({ rule }) => rule) })) {
    const rule = typeof index === 'number' ? rules[index] : undefined
    const within = kind === 'GRPCRoute' ? grpcPath(rest) : rest
    report.error(rule ? [...rule.path, ...within] : ['spec', 'rules'], message)
  }
  return { ...ageOf(manifest), kind, names, rules }
}

/** An error where it is there, and no list of objects. */
function areObjects(list: unknown, path: Path, report: Report): boolean {
  if (list === undefined) return true
  if (!Array.isArray(list)) {
    report.error(path, `Expected a list, got ${shown(list)}.`)
    return false
  }
  list.forEach((entry: unknown, index) => {
    if (!isFields(entry)) report.error([...path, index], `Expected an object, got ${shown(entry)}.`)
  })
  return list.every(isFields)
}

/** Implementations of the Gateway API have policies of their own there. */
function noteAnnotations({ metadata }: Fields, report: Report): void {
  const { annotations } = isFields(metadata) ? metadata : {}
  if (!isFields(annotations)) return
  for (const name of Object.keys(annotations)) {
    if (name !== LAST_APPLIED) report.note(['metadata', 'annotations', name], 'is not read.')
  }
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

function reportTo<Of>(findings: Found<Of>[], source: Of): Report {
  return {
    error: (path, reason) => findings.push({ source, path, reason, severity: 'error' }),
    note: (path, reason) => findings.push({ source, path, reason, severity: 'note' }),
  }
}
