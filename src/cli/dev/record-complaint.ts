/** Says of a record, when it is written, what the mesh will say of it when it is called. */
import { isServiceName } from '../../core/endpoint.ts'
import { parseRecord } from '../../policy/parse.ts'

/**
 * Why the mesh cannot obey what stands in KV under `key`, or undefined if it can.
 *
 * @param bindings what the mesh's Worker has bound.
 */
export function recordComplaint(key: string, value: string, bindings: ReadonlySet<string>): string | undefined {
  const name = key.replace(/^services\//, '')
  // A wildcard stands for a name in front; a tag is a label behind.
  if (!isServiceName(name.replace(/^\*\./, 'any.').replace(/@(?=[^@]+$)/, '.'))) {
    return `"${name}" is not a service name (a DNS name in lower case), so nobody can call it.`
  }
  try {
    const { endpoints } = parseRecord(value)
    for (const { target } of endpoints) {
      if (target.kind === 'binding' && !bindings.has(target.binding)) {
        return `${name} has the endpoint { "binding": "${target.binding}" }, and nothing is bound by that name: --with adds a Worker.`
      }
    }
    return undefined
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return `${name} is not understood, so the mesh goes on with the last good record, if it has one. ${why}`
  }
}
