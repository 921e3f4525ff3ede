/** What all kinds of route share: whom they are attached to, and which of several goes first. */
import { isServiceName } from '../../core/endpoint.ts'
import { entriesOf, type Fields, isFields, type Path, type Report, shown, textOf } from './manifest.ts'
import { serviceName } from './service-name.ts'

/** A route, on its way to become a part of one or more records. */
export interface RoutePart {
  /** Service names and wildcards whose record it becomes a part of. */
  readonly names: readonly string[]
  /** Its rules, with the place where each was written. */
  readonly rules: readonly { readonly rule: Fields; readonly path: Path }[]
  /** When it was made, as an instant in milliseconds; `Infinity` where it does not say. */
  readonly createdAt: number
  /** `<namespace>/<name>`. */
  readonly id: string
}

interface Attachment extends Omit<RoutePart, 'rules'> {
  readonly spec: Fields
  /** Its namespace. */
  readonly home: string | undefined
}

/** Reads metadata, parents and hostnames. `undefined`, with an error, where nobody could ever call it. */
export function attachment(manifest: Fields, report: Report): Attachment | undefined {
  const { metadata, spec } = manifest
  if (!isFields(metadata) || typeof metadata.name !== 'string') {
    report.error(['metadata'], 'has no name.')
    return undefined
  }
  if (!isFields(spec)) {
    report.error(['spec'], 'is missing.')
    return undefined
  }
  const home = textOf(metadata, 'namespace', ['metadata'], report)
  const services = parentServices(spec, home, report)
  const hostnames = hostnamesOf(spec.hostnames, report)
  if (services.length > 0 && hostnames.length > 0) {
    report.note(['spec', 'hostnames'], 'mean nothing beside a Service for parent.')
  }
  const names = services.length > 0 ? services : hostnames
  if (names.length === 0) {
    report.error(['spec'], 'has neither a hostname nor a Service for parent: nobody could call it by name.')
    return undefined
  }
  return { spec, home, names, createdAt: createdAt(metadata, report), id: `${home ?? 'default'}/${metadata.name}` }
}

/** The specification's order of routes for one host: the oldest first, then by namespace and name. */
export function byAge(one: RoutePart, other: RoutePart): number {
  if (one.createdAt !== other.createdAt) return one.createdAt - other.createdAt
  return one.id < other.id ? -1 : 1
}

function parentServices(spec: Fields, home: string | undefined, report: Report): string[] {
  return entriesOf(spec.parentRefs, ['spec', 'parentRefs'], report).flatMap(({ entry, path }) => {
    const { kind = 'Gateway', name, port, sectionName } = entry
    if (kind !== 'Service') return []
    if (typeof name !== 'string') {
      report.error([...path, 'name'], `Expected a string, got ${shown(name)}.`)
      return []
    }
    const namespace = textOf(entry, 'namespace', path, report) ?? home
    if ((namespace ?? 'default') !== (home ?? 'default')) {
      report.error(
        [...path, 'namespace'],
        "is not the route's own: routes for the callers of one namespace are not supported.",
      )
    }
    for (const [field, value] of Object.entries({ port, sectionName })) {
      if (value !== undefined)
        report.note([...path, field], `${shown(value)}: a service is called by its name alone, whatever the port.`)
    }
    return [serviceName(name, namespace)]
  })
}

function hostnamesOf(value: unknown, report: Report): string[] {
  if (value === undefined || value === null) return []
  if (!Array.isArray(value)) {
    report.error(['spec', 'hostnames'], `Expected a list, got ${shown(value)}.`)
    return []
  }
  return value.filter((hostname: unknown, index): hostname is string => {
    const isHostname = typeof hostname === 'string' && isServiceName(hostname.replace(/^\*\./, 'any.'))
    if (!isHostname)
      report.error(['spec', 'hostnames', index], `Expected a DNS name in lower case, got ${shown(hostname)}.`)
    return isHostname
  })
}

function createdAt(metadata: Fields, report: Report): number {
  const text = textOf(metadata, 'creationTimestamp', ['metadata'], report)
  if (text === undefined) return Number.POSITIVE_INFINITY
  const at = Date.parse(text)
  if (!Number.isNaN(at)) return at
  report.error(['metadata', 'creationTimestamp'], `Expected an RFC 3339 instant, got ${shown(text)}.`)
  return Number.POSITIVE_INFINITY
}
