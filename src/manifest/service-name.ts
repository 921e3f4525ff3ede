/** The registry name of a Kubernetes Service. */
import { isServiceName } from '../core/endpoint.ts'
import { type Fields, type Path, type Report, shown, worded } from './manifest.ts'

export const CORE = 'is taken for the core group, which the Gateway API writes "".'

/** Does a parentRef or targetRef name a Service of the core group? Reports an error where the group is another. */
export function isServiceReference({ group, kind }: Fields, path: Path, report: Report): boolean {
  if (kind !== 'Service' || (group !== '' && group !== 'core' && group !== undefined)) {
    report.error([...path, 'kind'], `${shown(`${worded(group)}/${worded(kind)}`)}: a mesh sends to Services alone.`)
    return false
  }
  if (group !== '') report.note([...path, 'group'], CORE)
  return true
}

/**
 * `<name>.<namespace>`; the name alone in the namespace `default`, or without a namespace. `undefined`, with an error
 * reported, where that is not a valid service name.
 */
export function serviceName({ name }: Fields, namespace: unknown, path: Path, report: Report): string | undefined {
  // The schema has refused it.
  if (typeof name !== 'string' || (namespace !== undefined && typeof namespace !== 'string')) return undefined
  const called = namespace === undefined || namespace === 'default' ? name : `${name}.${namespace}`
  if (isServiceName(called)) return called
  report.error([...path, 'name'], `${shown(called)} is no service name.`)
  return undefined
}
