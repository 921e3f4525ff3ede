/** Reads manifests one by one, and reports all that is wrong with each. */
import { checker, type Issue, recordChecker } from '../record/parse.ts'
import { whyNot } from './filter.ts'
import { grpcPath, grpcRules } from './grpc-route.ts'
import { httpRules } from './http-route.ts'
import { type Fields, type Finding, isFields, type Path, type Report, shown, withoutNulls, worded } from './manifest.ts'
import { ageOf, homeOf, type Naming, namesOf, type RouteKind, type RoutePart } from './route.ts'
import { policyShape, routeShape } from './shape.ts'
import { type PolicyPart, trafficPolicy } from './traffic-policy.ts'

/** One object of the input. */
export interface Source {
  readonly value: unknown
}

/** A finding, and its object. */
export interface Found<Of> extends Finding {
  readonly source: Of
}

const API = ['gateway.networking.k8s.io/v1', 'gateway.networking.k8s.io/v1beta1']
/** The kinds that are converted, and their API versions. */
const CONVERTED: Readonly<Record<string, readonly string[]>> = {
  HTTPRoute: API,
  GRPCRoute: API,
  XBackendTrafficPolicy: ['gateway.networking.x-k8s.io/v1alpha1'],
}
/** API groups whose kinds decide where requests go; those that only surround routes are excepted. So does Ingress. */
const ROUTING = /^gateway\.networking\.(?:x-)?k8s\.io\//
const AROUND = /^(?:X?Gateway|GatewayClass|X?ListenerSet|ReferenceGrant|X?Mesh)$/
/** The most rules of one route. A record may hold more, from several routes. */
const MAX_RULES = 16
/** Written by kubectl for its own use. */
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration'

/** Is this a manifest rather than a record? */
export function isManifest(value: unknown): value is Fields {
  return isFields(value) && typeof value.apiVersion === 'string' && typeof value.kind === 'string'
}

/** Kind, namespace and name: `HTTPRoute shop/users`. */
export function idOf(manifest: Fields): string {
  return `${worded(manifest.kind ?? 'object without kind')} ${ageOf(manifest).id}`
}

/** One object after reading. */
export interface Read<Of, Part> {
  readonly source: Of
  readonly part: Part
  readonly report: Report
  /** Does it have errors? Then it is not converted. */
  readonly isRefused: boolean
}

/** Reads all objects, in the order of the input. */
export function readAll<Of extends Source>(sources: readonly Of[], naming: Naming, findings: Found<Of>[]) {
  const routes: Read<Of, RoutePart>[] = []
  const policies: Read<Of, PolicyPart>[] = []
  const shapes = { route: checker(routeShape()), policy: checker(policyShape()), record: recordChecker() }
  const known = new Set<string>()
  const unread: string[] = []
  for (const source of sources) {
    const own: Found<Of>[] = []
    const report = reportTo(own, source)
    const { route, policy } = read(source.value, shapes, known, naming, report)
    findings.push(...own)
    const isRefused = own.some(({ severity }) => severity === 'error')
    const common = { source, report: reportTo(findings, source), isRefused }
    if (isRefused && !route && !policy && isFields(source.value) && isFields(source.value.metadata))
      unread.push(idOf(source.value))
    if (route) routes.push({ ...common, part: route })
    if (policy) policies.push({ ...common, part: policy })
  }
  return { routes, policies, unread }
}

type Check = (value: unknown) => Issue[]

function read(
  value: unknown,
  shapes: { readonly route: Check; readonly policy: Check; readonly record: Check },
  known: Set<string>,
  naming: Naming,
  report: Report,
): { route?: RoutePart; policy?: PolicyPart } {
  if (!isManifest(value)) {
    report.error([], `Expected a manifest with apiVersion and kind, got ${shown(value)}.`)
    return {}
  }
  const { kind } = value
  if (!isConverted(value, report)) return {}
  const isRoute = kind === 'HTTPRoute' || kind === 'GRPCRoute'
  const manifest = withoutNulls(value) as Fields
  for (const { path, message } of (isRoute ? shapes.route : shapes.policy)(manifest)) report.error(path, message)
  const id = idOf(manifest)
  if (known.has(id)) report.error(['metadata', 'name'], `${id} stands twice.`)
  known.add(id)
  noteAnnotations(manifest, report)
  return isRoute
    ? { route: routeOf(manifest, kind, naming, shapes.record, report) }
    : { policy: trafficPolicy(manifest, report) }
}

/** Other kinds get a note, or an error where they decide where requests go. */
function isConverted({ apiVersion, kind }: Fields, report: Report): boolean {
  const api = worded(apiVersion)
  const versions = Object.hasOwn(CONVERTED, worded(kind)) ? CONVERTED[worded(kind)] : undefined
  if (versions) {
    if (!versions.includes(api))
      report.error(['apiVersion'], `${shown(api)}: the kind ${worded(kind)} is read as ${versions.join(' or ')}.`)
    return versions.includes(api)
  }
  const what = `${shown(`${api} ${worded(kind)}`)}: HTTPRoute, GRPCRoute and XBackendTrafficPolicy can be converted.`
  if (kind === 'Ingress' || (ROUTING.test(api) && !AROUND.test(worded(kind)))) report.error(['kind'], what)
  else report.note(['kind'], what)
  return false
}

function routeOf(manifest: Fields, kind: RouteKind, naming: Naming, issuesOf: Check, report: Report): RoutePart {
  const spec = isFields(manifest.spec) ? manifest.spec : {}
  const rules = (kind === 'GRPCRoute' ? grpcRules : httpRules)(spec, homeOf(manifest), report)
  const names = namesOf(manifest, naming, report)
  if (!areObjects(spec.rules, ['spec', 'rules'], report)) return { ...ageOf(manifest), kind, names, rules: [] }
  if (rules.length > MAX_RULES) {
    report.error(['spec', 'rules'], `Expected 1 to ${MAX_RULES} rules of a route, got ${rules.length}.`)
    return { ...ageOf(manifest), kind, names, rules: [] }
  }
  for (const {
    path: [, index, ...rest],
    message,
  } of issuesOf({ rules: rules.map(({ rule }) => rule) })) {
    const rule = typeof index === 'number' ? rules[index] : undefined
    const within = kind === 'GRPCRoute' ? grpcPath(rest) : rest
    const why = rest.at(-3) === 'filters' && rest.at(-1) === 'type' ? whyNot(fieldAt(rule?.rule, rest)) : undefined
    report.error(rule ? [...rule.path, ...within] : ['spec', 'rules'], why ?? message)
  }
  return { ...ageOf(manifest), kind, names, rules }
}

function fieldAt(value: unknown, path: Path): unknown {
  return path.reduce((part, key) => (part as Fields | undefined)?.[key], value)
}

/** Reports an error where the field is present and is not a list of objects. */
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

/** API groups in which implementations of the Gateway API have their own policies. */
function noteAnnotations({ metadata }: Fields, report: Report): void {
  const { annotations } = isFields(metadata) ? metadata : {}
  if (!isFields(annotations)) return
  for (const name of Object.keys(annotations)) {
    if (name !== LAST_APPLIED) report.note(['metadata', 'annotations', name], 'is not read.')
  }
}

function reportTo<Of>(findings: Found<Of>[], source: Of): Report {
  return {
    error: (path, reason) => findings.push({ source, path, reason, severity: 'error' }),
    note: (path, reason) => findings.push({ source, path, reason, severity: 'note' }),
  }
}
