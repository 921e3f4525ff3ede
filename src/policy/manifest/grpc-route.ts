/** GRPCRoute (gateway.networking.k8s.io/v1) to the rules of a record: a method of gRPC is a path of HTTP. */
import { ruleOf } from './http-route.ts'
import { entriesOf, type Fields, isFields, knowsOnly, type Path, type Report, shown } from './manifest.ts'
import { attachment, type RoutePart } from './route.ts'

const SPEC = ['parentRefs', 'hostnames', 'rules']
const RULE = ['name', 'matches', 'filters', 'backendRefs', 'sessionPersistence']
const NAME = /^[A-Za-z_][\w.]*$/

export function grpcRoute(manifest: Fields, report: Report): RoutePart | undefined {
  const attached = attachment(manifest, report)
  if (!attached) return undefined
  const { spec, home } = attached
  knowsOnly(spec, SPEC, ['spec'], report)
  report.note(['kind'], 'is for gRPC-Web: native gRPC does not pass the platform.')
  const rules = entriesOf(spec.rules, ['spec', 'rules'], report).map(({ entry, path }) => {
    knowsOnly(entry, RULE, path, report)
    const rule = ruleOf(entry, home, path, report)
    return {
      rule: entry.matches === undefined ? rule : { ...rule, matches: matchesOf(entry.matches, path, report) },
      path,
    }
  })
  return { ...attached, rules }
}

function matchesOf(list: unknown, path: Path, report: Report): Fields[] {
  return entriesOf(list, [...path, 'matches'], report).map(({ entry, path }) => {
    const { method, ...others } = entry
    knowsOnly(others, ['headers'], path, report)
    return method === undefined ? others : { ...others, path: pathOf(method, [...path, 'method'], report) }
  })
}

/** `/<service>/<method>`, as gRPC spells it. Either may be left out, not both. */
function pathOf(method: unknown, path: Path, report: Report): Fields | undefined {
  if (!isFields(method)) {
    report.error(path, `Expected an object, got ${shown(method)}.`)
    return undefined
  }
  knowsOnly(method, ['type', 'service', 'method'], path, report)
  const { type = 'Exact', service, method: name } = method
  if (service === undefined && name === undefined) {
    report.error(path, 'names neither a service nor a method.')
    return undefined
  }
  if (type === 'RegularExpression') {
    return { type, value: `/${service ?? '[^/]+'}/${name ?? '[^/]+'}` }
  }
  if (type !== 'Exact') report.error([...path, 'type'], `Expected Exact or RegularExpression, got ${shown(type)}.`)
  for (const [field, value] of Object.entries({ service, method: name })) {
    if (value !== undefined && !(typeof value === 'string' && NAME.test(value))) {
      report.error([...path, field], `Expected a name of gRPC, got ${shown(value)}.`)
    }
  }
  if (name === undefined) return { type: 'PathPrefix', value: `/${service}/` }
  if (service === undefined) return { type: 'RegularExpression', value: `/[^/]+/${name}` }
  return { type: 'Exact', value: `/${service}/${name}` }
}
