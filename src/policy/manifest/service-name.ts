/** What a Service of Kubernetes is called in the registry. */
import { isServiceName } from '../../core/endpoint.ts'
import { type Fields, type Path, type Report, shown, textOf } from './manifest.ts'

/** `<name>.<namespace>`, or the name alone in the namespace `default` (or where none is said). */
export function serviceName(name: string, namespace: string | undefined): string {
  return namespace === undefined || namespace === 'default' ? name : `${name}.${namespace}`
}

/**
 * The service that a reference names, `undefined` with an error where it is of another kind.
 *
 * @param home the namespace of the object that refers.
 */
export function referredService(
  reference: Fields,
  home: string | undefined,
  path: Path,
  report: Report,
): string | undefined {
  const { group = '', kind = 'Service' } = reference
  if ((group !== '' && group !== 'core') || kind !== 'Service') {
    report.error([...path, 'kind'], `${shown(`${group}/${kind}`)}: a mesh sends to Services alone.`)
    return undefined
  }
  const name = textOf(reference, 'name', path, report)
  if (name === undefined) {
    report.error(path, 'has no name.')
    return undefined
  }
  const called = serviceName(name, textOf(reference, 'namespace', path, report) ?? home)
  if (!isServiceName(called)) {
    report.error([...path, 'name'], `"${called}" is no service name.`)
    return undefined
  }
  return called
}
