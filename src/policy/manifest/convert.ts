/** Manifests of the Gateway API to records of the registry, with all that could not be said there. */
import { recordChecker } from '../parse.ts'
import { grpcRoute } from './grpc-route.ts'
import { httpRoute } from './http-route.ts'
import { type Fields, type Finding, isFields, type Path, type Report, shown } from './manifest.ts'
import { byAge, type RoutePart } from './route.ts'
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

/** Is this a manifest, and not a record? */
export function isManifest(value: unknown): value is Fields {
  return isFields(value) && typeof value.apiVersion === 'string' && typeof value.kind === 'string'
}

interface Origin<Of> {
  readonly source: Of
  readonly path: Path
}

/**
 * Converts objects, of which each is converted whole or not at all. Routes for one name are joined: the oldest first,
 * then by namespace and name. A manifest keeps its own meaning: without a policy of its own a route retries nothing, and
 * has no retry budget.
 */
export function convert<Of extends Source>(sources: readonly Of[]): Conversion<Of> {
  const findings: Found<Of>[] = []
  const routes: { part: RoutePart; source: Of }[] = []
  const policies: { part: PolicyPart; source: Of }[] = []

  for (const source of sources) {
    const own: Found<Of>[] = []
    const report = reportTo(own, source)
    const { route, policy } = read(source.value, report)
    findings.push(...own)
    if (own.some(({ severity }) => severity === 'error')) continue
    if (route) routes.push({ part: route, source })
    if (policy) policies.push({ part: policy, source })
  }

  routes.sort((one, other) => byAge(one.part, other.part))
  const records = new Map<string, Fields>()
  const issuesOf = recordChecker()
  for (const name of [...new Set(routes.flatMap(({ part }) => part.names))].sort()) {
    const own = routes.filter(({ part }) => part.names.includes(name))
    const rules = own.flatMap(({ part, source }) =>
      part.rules.map(({ rule, path }) => ({ rule, origin: { source, path } })),
    )
    const policy = policies.find(({ part }) => part.names.includes(name))
    const record = { rules: rules.map(({ rule }) => rule), retryConstraint: policy?.part.retryConstraint ?? 'off' }
    const issues = issuesOf(record)
    for (const { path, message } of issues) findings.push(placed(path, message, own, rules, policy))
    if (issues.length > 0) continue
    if (!policy) noteUnbounded(name, own, findings)
    records.set(`services/${name}`, record)
  }
  for (const { part, source } of policies) {
    for (const name of part.names.filter((name) => !records.has(`services/${name}`))) {
      reportTo(findings, source).error(
        part.path,
        `There is no route for "${name}" here: write it into that service's own record.`,
      )
    }
  }
  return { records, findings }
}

function read(value: unknown, report: Report): { route?: RoutePart | undefined; policy?: PolicyPart | undefined } {
  if (!isManifest(value)) {
    report.error([], `Expected a manifest with apiVersion and kind, got ${shown(value)}.`)
    return {}
  }
  const { apiVersion, kind } = value
  if (API.test(String(apiVersion)) && kind === 'HTTPRoute') return { route: httpRoute(value, report) }
  if (API.test(String(apiVersion)) && kind === 'GRPCRoute') return { route: grpcRoute(value, report) }
  if (EXPERIMENTAL_API.test(String(apiVersion)) && kind === 'XBackendTrafficPolicy') {
    return { policy: trafficPolicy(value, report) }
  }
  report.error(
    ['kind'],
    `${shown(`${apiVersion} ${kind}`)}: HTTPRoute, GRPCRoute and XBackendTrafficPolicy can be converted.`,
  )
  return {}
}

/** An issue of a joined record, at the place of the manifest where it was written. */
function placed<Of extends Source>(
  [field, index, ...rest]: Path,
  reason: string,
  own: readonly { source: Of }[],
  rules: readonly { origin: Origin<Of> }[],
  policy: { part: PolicyPart; source: Of } | undefined,
): Found<Of> {
  const error = { reason, severity: 'error' } as const
  const rule = field === 'rules' && typeof index === 'number' ? rules[index] : undefined
  if (rule) return { ...error, source: rule.origin.source, path: [...rule.origin.path, ...rest] }
  if (field === 'retryConstraint' && policy) {
    return {
      ...error,
      source: policy.source,
      path: [...policy.part.path, ...(index === undefined ? [] : [index]), ...rest],
    }
  }
  // Of all rules together: too many, or a name twice.
  return { ...error, source: (own.at(-1) as { source: Of }).source, path: ['spec', 'rules'] }
}

function noteUnbounded<Of extends Source>(
  name: string,
  [first]: readonly { source: Of }[],
  findings: Found<Of>[],
): void {
  if (!first) return
  const told = `"${name}" is given "retryConstraint": "off", since the Gateway API retries without a budget.`
  reportTo(findings, first.source).note(['spec'], told)
}

function reportTo<Of>(findings: Found<Of>[], source: Of): Report {
  return {
    error: (path, reason) => findings.push({ source, path, reason, severity: 'error' }),
    note: (path, reason) => findings.push({ source, path, reason, severity: 'note' }),
  }
}
