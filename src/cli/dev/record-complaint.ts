/** Says of a record, when it is written, what the mesh will say of it when it is called. */
import { isServiceName } from '../../core/endpoint.ts'
import { parseRecord } from '../../policy/parse.ts'
import { type Given, type Lack, lacks } from '../needs.ts'

/**
 * Why the mesh cannot obey what stands in KV under `key`, or undefined if it can.
 *
 * @param given what the mesh's Worker has.
 */
export function recordComplaint(key: string, value: string, given: Given): string | undefined {
  const name = key.replace(/^services\//, '')
  // A wildcard stands for a name in front; a tag is a label behind.
  if (!isServiceName(name.replace(/^\*\./, 'any.').replace(/@(?=[^@]+$)/, '.'))) {
    return `"${name}" is not a service name (a DNS name in lower case), so nobody can call it.`
  }
  try {
    const [lack] = lacks(parseRecord(value).endpoints, given)
    return lack && `${name} has an endpoint that ${lacking(lack)}`
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return `${name} is not understood, so the mesh goes on with the last good record, if it has one. ${why}`
  }
}

function lacking({ name, section }: Lack): string {
  if (section === 'services') {
    return `names the service binding "${name}", and nothing is bound by that name: --with adds a Worker.`
  }
  if (section === undefined) return `needs the secret "${name}": --env-file gives it.`
  return `names "${name}" of ${section}, which this mesh does not have: it is passed over here.`
}
