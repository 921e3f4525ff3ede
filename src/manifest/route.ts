/** What HTTPRoute and GRPCRoute share: parents, hostnames, and the order of several routes. */
import type { Door } from './door.ts'
import { entriesOf, type Fields, isFields, type Path, type Report, shown, worded } from './manifest.ts'
import { redirectToHttps } from './redirect.ts'
import { isServiceReference, serviceName } from './service-name.ts'

export type RouteKind = 'HTTPRoute' | 'GRPCRoute'

/** An object with an age, by which objects are ordered. */
export interface Aged {
  /** Its creation timestamp, in milliseconds since the epoch. `Infinity` where it has none. */
  readonly createdAt: number
  /** `<namespace>/<name>`. */
  readonly id: string
}

/** A rule, and its path in the manifest. */
export interface PlacedRule {
  readonly rule: Fields
  readonly path: Path
}

/** A route that was read, to become a part of one or more records. */
export interface RoutePart extends Aged {
  readonly kind: RouteKind
  /** The service names and wildcards whose records it belongs to. */
  readonly names: ReadonlyMap<string, Attached>
  readonly rules: readonly PlacedRule[]
}

/** How a route is attached to the parent behind a name. */
export interface Attached {
  readonly isService: boolean
  /** The ports or listeners it is attached to. Empty: any. */
  readonly doors: readonly Door[]
}

/** The namespace of an object, where it names one. */
export function homeOf({ metadata }: Fields): string | undefined {
  return isFields(metadata) && typeof metadata.namespace === 'string' ? metadata.namespace : undefined
}

export function ageOf(manifest: Fields): Aged {
  const { name, creationTimestamp } = isFields(manifest.metadata) ? manifest.metadata : {}
  const at = typeof creationTimestamp === 'string' ? Date.parse(creationTimestamp) : Number.NaN
  return {
    createdAt: Number.isNaN(at) ? Number.POSITIVE_INFINITY : at,
    id: `${homeOf(manifest) ?? 'default'}/${worded(name)}`,
  }
}

/** The order of the specification: the oldest first, then by namespace and name. */
export function byAge(one: Aged, other: Aged): number {
  if (one.createdAt !== other.createdAt) return one.createdAt - other.createdAt
  if (one.id === other.id) return 0
  return one.id < other.id ? -1 : 1
}

/** What is needed to name services, and is not in a manifest. */
export interface Naming {
  /** The mesh's domain, which is taken off a called name. Default `mesh`. */
  readonly domain?: string | undefined
  /** The hostname of routes that have none, and no Service as parent. */
  readonly hostname?: string | undefined
}

/** The names of a route, from its parents and hostnames. Reports an error where it has none: nobody could call it. */
export function namesOf(manifest: Fields, naming: Naming, report: Report): Map<string, Attached> {
  const spec = isFields(manifest.spec) ? manifest.spec : {}
  const home = homeOf(manifest)
  const services = new Map<string, Attached>()
  const gateways: { door: Door; path: Path }[] = []
  const parents = entriesOf(spec.parentRefs, ['spec', 'parentRefs'])
  for (const { entry, path } of parents) {
    const kind = entry.kind ?? 'Gateway'
    if (kind === 'Service') {
      const name = parentService(entry, home, path, report)
      if (name === undefined || !isCalledSo(name, [...path, 'name'], naming, report)) continue
      const { doors = [] } = services.get(name) ?? {}
      services.set(name, { isService: true, doors: [...doors, doorOf(entry, name, path)] })
    } else if (isGateway(entry)) {
      const name = `${worded(kind)} ${worded(entry.namespace ?? home ?? 'default')}/${worded(entry.name)}`
      gateways.push({ door: doorOf(entry, name, path), path })
    } else {
      report.error(
        [...path, 'kind'],
        `${shown(`${worded(entry.group ?? '')}/${worded(kind)}`)}: a Service or a Gateway can be a parent.`,
      )
    }
  }
  const { hostname } = naming
  const written: readonly unknown[] = Array.isArray(spec.hostnames) ? spec.hostnames : []
  const isOfService = parents.some(({ entry: { kind } }) => kind === 'Service')
  const hostnames = written.length > 0 || hostname === undefined || isOfService ? written : [hostname]
  const doors = gateways.map(({ door }) => door)
  const redirect = redirectToHttps(spec.rules, hostnames)
  const isHttpAlone = services.size === 0 && doors.some(isListener)
  if (redirect && !isHttpAlone) report.note(redirect, `${ENDLESS}, for a name has no listeners: ${INSTEAD}`)
  if (services.size > 0) {
    if (written.length > 0) report.note(['spec', 'hostnames'], 'mean nothing beside a Service for parent.')
    for (const { path } of gateways)
      report.note(path, 'is left out: beside a Service for parent, the record is its own.')
    return services
  }
  if (hostnames.length === 0 && !isOfService) {
    report.error(
      ['spec'],
      'has neither a hostname nor a Service for parent: nobody could call it by name. --hostname gives it one.',
    )
  }
  for (const door of doors) tellListener(door, redirect !== undefined, report)
  const names = hostnames.map(worded)
  const called = names.filter((name, index) => isCalledSo(name, ['spec', 'hostnames', index], naming, report))
  return new Map(called.map((name) => [name, { isService: false, doors }]))
}

/** Can a record of this name be called? Reports an error where the name ends in the mesh's domain, which the mesh takes off. */
function isCalledSo(name: string, path: Path, { domain = 'mesh' }: Naming, report: Report): boolean {
  if (!name.endsWith(`.${domain}`)) return true
  const short = name.slice(0, -domain.length - 1)
  report.error(
    path,
    `"${name}" is looked up as "${short}": the mesh takes its own domain off a name. Call it "${short}", or give the mesh another MESH_DOMAIN, and --domain here.`,
  )
  return false
}

function isGateway({ group = 'gateway.networking.k8s.io', kind = 'Gateway' }: Fields): boolean {
  return group === 'gateway.networking.k8s.io' && (kind === 'Gateway' || kind === 'ListenerSet')
}

const ENDLESS = 'requests by https would be redirected to themselves, too'
const INSTEAD = 'redirect http to https at the zone.'

function isListener({ sectionName, port }: Door): boolean {
  return sectionName !== undefined || port !== undefined
}

function tellListener({ sectionName, port, path }: Door, redirects: boolean, report: Report): void {
  const written = Object.entries({ sectionName, port }).filter(([, value]) => value !== undefined)
  for (const [field, value] of written) {
    const place = [...path, field]
    if (redirects) report.error(place, `${shown(value)}: a name has no listeners, so that ${ENDLESS}: ${INSTEAD}`)
    else report.note(place, `${shown(value)}: a name has no listeners, so that the route is for all of its requests.`)
  }
}

function parentService(entry: Fields, home: string | undefined, path: Path, report: Report): string | undefined {
  if (!isServiceReference(entry, path, report)) return undefined
  const { namespace = home, port, sectionName } = entry
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
  return serviceName(entry, namespace, path, report)
}

function doorOf({ sectionName, port }: Fields, parent: string, path: Path): Door {
  return { parent, sectionName, port, path }
}
