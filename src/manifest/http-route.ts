/** Converts an HTTPRoute (gateway.networking.k8s.io/v1) to the rules of a record. */
import { each, entriesOf, type Fields, isFields, type Path, type Report } from './manifest.ts'
import type { PlacedRule } from './route.ts'
import { CORE } from './service-name.ts'
import { presentSession } from './session.ts'

/** The rules as the manifest has them, with the defaults of the specification written out. */
export function httpRules(spec: Fields, home: string | undefined, report: Report): PlacedRule[] {
  // The default of the specification: a route without rules has one rule that matches everything.
  if (spec.rules === undefined) return [{ rule: ruleOf({}, home, ['spec'], report), path: ['spec'] }]
  return entriesOf(spec.rules, ['spec', 'rules']).map(({ entry, path }) => {
    const { retry } = entry
    if (isFields(retry)) {
      // In a record, 0 attempts switches retries off; the specification has no such value.
      if (retry.attempts === 0) report.error([...path, 'retry', 'attempts'], 'Expected 1 or more, got 0.')
      if (retry.codes === undefined) {
        report.note([...path, 'retry'], 'names no codes: 502, 503 and 504 are tried again, and lost connections.')
      }
    }
    return { rule: ruleOf(entry, home, path, report), path }
  })
}

/** The rule for the record: references name their namespace, and nothing is retried that the manifest does not ask for. */
export function ruleOf(rule: Fields, home: string | undefined, path: Path, report: Report): Fields {
  const { backendRefs, filters, retry, sessionPersistence: session } = rule
  if ((backendRefs === undefined || emptied(backendRefs)) && !redirects(filters)) {
    report.note(path, 'names no backend: its requests go to the endpoints of the record, if it is given any.')
  }
  return {
    ...rule,
    ...(filters === undefined ? {} : { filters: filtersOf(filters, home, [...path, 'filters'], report) }),
    ...(backendRefs === undefined
      ? {}
      : { backendRefs: backendsOf(backendRefs, home, [...path, 'backendRefs'], report) }),
    ...(session === undefined
      ? {}
      : { sessionPersistence: presentSession(session, [...path, 'sessionPersistence'], report) }),
    // Without `retry` the Gateway API retries nothing.
    retry: retry ?? { attempts: 0 },
  }
}

function emptied(list: unknown): boolean {
  return Array.isArray(list) && list.length === 0
}

function redirects(filters: unknown): boolean {
  return entriesOf(filters, []).some(({ entry }) => entry.type === 'RequestRedirect')
}

function backendsOf(list: unknown, home: string | undefined, path: Path, report: Report): unknown {
  return each(list, path, (entry, path) => {
    const backend = homed(entry, home, path, report)
    const { filters } = entry
    return filters === undefined
      ? backend
      : { ...backend, filters: filtersOf(filters, home, [...path, 'filters'], report) }
  })
}

function filtersOf(list: unknown, home: string | undefined, path: Path, report: Report): unknown {
  return each(list, path, (entry, path) => {
    const { requestMirror } = entry
    if (!isFields(requestMirror) || !isFields(requestMirror.backendRef)) return entry
    const backendRef = homed(requestMirror.backendRef, home, [...path, 'requestMirror', 'backendRef'], report)
    return { ...entry, requestMirror: { ...requestMirror, backendRef } }
  })
}

/** A reference without a namespace means the namespace of the route. */
function homed(reference: Fields, home: string | undefined, path: Path, report: Report): Fields {
  const { group = '', kind = 'Service', port, namespace } = reference
  const isCore = group === '' || group === 'core'
  if (isCore && kind === 'Service' && port === undefined) report.error(path, 'has no port, which a Service needs.')
  if (group === 'core') report.note([...path, 'group'], CORE)
  return {
    ...reference,
    ...(group === 'core' ? { group: '' } : {}),
    ...(home === undefined || namespace !== undefined ? {} : { namespace: home }),
  }
}
