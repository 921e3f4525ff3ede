/** What a Service of Kubernetes is called in the registry. */
import { isServiceName } from '../core/endpoint.ts'
import { type Fields, type Path, type Report, shown, worded } from './manifest.ts'

export const CORE = 'is taken for the core group, which the Gateway API writes "".'

/** Does a parentRef or targetRef name a Service of the core group? An error where it is of another. */
export function isServiceReference({ group, kind }: Fields, path: Path, report: Report): boolean {
  if (kind !== 'Service' || (group !== '' && group !== 'core' && group !== undefined)) {
    report.error([...path, 'kind'], `${shown(`${worded(group)}/${worded(kind)}`)}: a mesh sends to Services alone.`)
    return false
  }
  if (group !== '') report.note([...path, 'group'], CORE)
  return true
}

/**
 * `<name>.<namespace>`, or the name alone in the namespace `default` (or where none is said). `undefined` with an error where
 * that is no name of a service.
 */
export function serviceName({ name }: Fields, namespace: unknown, path: Path, report: Report): string | undefined {
  // Its schema has refused it.
  if (typeof name !== 'string' || (namespace !== undefined && typeof namespace !== 'string')) return undefined
  const called = namespace === undefined || namespace === 'default' ? name : `${name}.${namespace}`
  if (isServiceName(called)) return called
  report.error([...path, 'name'], `${shown(called)} is no service name.`)
  return undefined
}
