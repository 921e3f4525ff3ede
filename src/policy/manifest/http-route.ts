/** HTTPRoute (gateway.networking.k8s.io/v1) to the rules of a record. */
import { entriesOf, type Fields, isFields, knowsOnly, type Path, type Report } from './manifest.ts'
import { attachment, type RoutePart } from './route.ts'

const SPEC = ['parentRefs', 'hostnames', 'rules']

/** A route whose rules are those of the manifest, word by word; only the namespace is added where it goes without saying. */
export function httpRoute(manifest: Fields, report: Report): RoutePart | undefined {
  const attached = attachment(manifest, report)
  if (!attached) return undefined
  const { spec, home } = attached
  knowsOnly(spec, SPEC, ['spec'], report)
  const written = entriesOf(spec.rules, ['spec', 'rules'], report)
  // A route without rules has one that matches all, and no backend: the specification's default.
  const rules = written.map(({ entry, path }) => ({ rule: ruleOf(entry, home, path, report), path }))
  return { ...attached, rules }
}

/** A rule as it stands in a record: references that name their namespace, and a retry policy that retries no more than the manifest asks. */
export function ruleOf(rule: Fields, home: string | undefined, path: Path, report: Report): Fields {
  const { backendRefs, filters, retry } = rule
  return {
    ...rule,
    ...(filters === undefined ? {} : { filters: filtersOf(filters, home, [...path, 'filters'], report) }),
    ...(backendRefs === undefined
      ? {}
      : { backendRefs: backendsOf(backendRefs, home, [...path, 'backendRefs'], report) }),
    // The Gateway API does not retry unasked.
    retry: retry ?? { attempts: 0 },
  }
}

function backendsOf(list: unknown, home: string | undefined, path: Path, report: Report): Fields[] {
  return entriesOf(list, path, report).map(({ entry, path }) => ({
    ...homed(entry, home),
    ...(entry.filters === undefined ? {} : { filters: filtersOf(entry.filters, home, [...path, 'filters'], report) }),
  }))
}

function filtersOf(list: unknown, home: string | undefined, path: Path, report: Report): Fields[] {
  return entriesOf(list, path, report).map(({ entry }) => {
    const { requestMirror } = entry
    if (!isFields(requestMirror) || !isFields(requestMirror.backendRef)) return entry
    return { ...entry, requestMirror: { ...requestMirror, backendRef: homed(requestMirror.backendRef, home) } }
  })
}

/** What names no namespace is of the route's own. */
function homed(reference: Fields, home: string | undefined): Fields {
  return home === undefined || reference.namespace !== undefined ? reference : { ...reference, namespace: home }
}
