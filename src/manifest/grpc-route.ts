/** Converts a GRPCRoute (gateway.networking.k8s.io/v1) to the rules of a record: a gRPC method is an HTTP path. */
import { whyNot } from './filter.ts'
import { ruleOf } from './http-route.ts'
import { each, entriesOf, type Fields, isFields, knowsOnly, type Path, type Report, shown, worded } from './manifest.ts'
import type { PlacedRule } from './route.ts'

const RULE = ['name', 'matches', 'filters', 'backendRefs', 'sessionPersistence']
const FILTERS = ['RequestHeaderModifier', 'ResponseHeaderModifier', 'RequestMirror']
const SERVICE = /^\.?[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$/
const METHOD = /^[A-Za-z_]\w*$/
/** The limit of the specification, for a service and for a method. */
const MAX_CHARACTERS = 1024

export function grpcRules(spec: Fields, home: string | undefined, report: Report): PlacedRule[] {
  report.note(['kind'], 'is for gRPC-Web: native gRPC does not pass the platform.')
  return entriesOf(spec.rules, ['spec', 'rules']).map(({ entry, path }) => {
    knowsOnly(entry, RULE, path, report)
    refuseOthers(entry.filters, [...path, 'filters'], report)
    for (const { entry: backend, path: place } of entriesOf(entry.backendRefs, [...path, 'backendRefs'])) {
      refuseOthers(backend.filters, [...place, 'filters'], report)
    }
    const known = Object.fromEntries(Object.entries(entry).filter(([name]) => RULE.includes(name)))
    const rule = ruleOf(known, home, path, report)
    return {
      rule: entry.matches === undefined ? rule : { ...rule, matches: matchesOf(entry.matches, path, report) },
      path,
    }
  })
}

/** The path of a rule's field as the manifest spells it. */
export function grpcPath(path: Path): Path {
  const [matches, index, field] = path
  return matches === 'matches' && field === 'path' ? [matches, index as number, 'method'] : path
}

/**
 * The first match that names only a method, where another match names only a service. The two cannot be ordered: in the
 * specification the longer service name goes first, then the longer method; in a record a regular expression goes before
 * every prefix.
 */
export function outOfOrder(rules: readonly PlacedRule[]): readonly [rule: number, match: number] | undefined {
  const paths = rules.flatMap(({ rule }, index) =>
    entriesOf(rule.matches, []).map(({ entry: { path }, path: [match] }) => ({
      at: [index, Number(match)] as const,
      path,
    })),
  )
  const isOfService = ({ path }: { path: unknown }) => isFields(path) && path.type === 'PathPrefix'
  const isOfMethod = ({ path }: { path: unknown }) => isFields(path) && worded(path.value).startsWith(ANY_SERVICE)
  return paths.some(isOfService) ? paths.find(isOfMethod)?.at : undefined
}

const ANY_SERVICE = '/[^/]+/'

function refuseOthers(filters: unknown, path: Path, report: Report): void {
  for (const { entry, path: place } of entriesOf(filters, path)) {
    const { type } = entry
    // The schema reports filters that no record has.
    if (FILTERS.includes(worded(type)) || whyNot(type)) continue
    report.error([...place, 'type'], `${shown(type)}: a GRPCRoute may have ${FILTERS.join(', ')}.`)
  }
}

function matchesOf(list: unknown, path: Path, report: Report): unknown {
  return each(list, [...path, 'matches'], (entry, path) => {
    const { method, ...others } = entry
    knowsOnly(others, ['headers'], path, report)
    const { headers } = others
    const rest = headers === undefined ? {} : { headers }
    return method === undefined ? rest : { ...rest, path: pathOf(method, [...path, 'method'], report) }
  })
}

/** `/<service>/<method>`, as in gRPC. One of the two may be left out. */
function pathOf(method: unknown, path: Path, report: Report): Fields | undefined {
  if (!isFields(method)) {
    report.error(path, `Expected an object, got ${shown(method)}.`)
    return undefined
  }
  knowsOnly(method, ['type', 'service', 'method'], path, report)
  const { type = 'Exact', service, method: name } = method
  if (type !== 'Exact' && type !== 'RegularExpression') {
    report.error([...path, 'type'], `Expected Exact or RegularExpression, got ${shown(type)}.`)
  }
  const isExpression = type === 'RegularExpression'
  const parts = { service, method: name }
  const isBad = (value: unknown, form: RegExp) =>
    value !== undefined &&
    (typeof value !== 'string' || value.length > MAX_CHARACTERS || !(isExpression ? FREE : form).test(value))
  for (const [field, value] of Object.entries(parts)) {
    if (!isBad(value, field === 'service' ? SERVICE : METHOD)) continue
    const what = isExpression ? 'an expression of the whole name, without "^" and "$"' : 'a name of gRPC'
    report.error([...path, field], `Expected ${what}, got ${shown(value)}.`)
    return undefined
  }
  if (!service && !name) {
    report.error(path, 'names neither a service nor a method.')
    return undefined
  }
  if (isExpression) return { type, value: `/${expression(service)}/${expression(name)}` }
  if (name === undefined) return { type: 'PathPrefix', value: `/${service}/` }
  if (service === undefined) return { type: 'RegularExpression', value: `${ANY_SERVICE}${name}` }
  return { type: 'Exact', value: `/${service}/${name}` }
}

/** A regular expression without "^" and "$": inside the path's expression they would match the ends of the path, not of the name. */
const FREE = /^(?:\\.|\[\^?|[^\\^$[])*$/s

function expression(text: unknown): string {
  if (!text) return '[^/]+'
  return String(text).includes('|') ? `(?:${text})` : String(text)
}
