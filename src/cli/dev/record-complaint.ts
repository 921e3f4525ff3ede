/** Says of a record, when it is written, what the mesh will say of it when it is called. */
import { parseRecord } from '../../policy/parse.ts'
import { isCallable, nameOf } from '../key.ts'
import { type Given, type Lack, lacks } from '../needs.ts'
import { leadsNowhere } from '../nowhere.ts'

/**
 * What the mesh has to say against what stands in KV under `key`.
 *
 * @param given what the mesh's Worker has.
 * @param stands does a record stand under this name, or this wildcard?
 */
export function recordComplaints(
  key: string,
  value: string,
  given: Given,
  stands: (name: string) => boolean,
): readonly string[] {
  const name = nameOf(key)
  if (!isCallable(name)) {
    return [`"${name}" is not a service name (a DNS name in lower case), so nobody can call it.`]
  }
  try {
    const record = parseRecord(value)
    const [lack] = lacks(record.endpoints, given)
    const nowhere = leadsNowhere(record, stands)
    return [
      ...(lack ? [`${name} has an endpoint that ${lacking(lack)}`] : []),
      ...nowhere.map((lead) => `${name} leads to "${lead.name}", under which no record stands.`),
    ]
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return [`${name} is not understood, so the mesh goes on with the last good record, if it has one. ${why}`]
  }
}

function lacking({ name, section }: Lack): string {
  if (section === 'services') {
    return `names the service binding "${name}", and nothing is bound by that name: --with adds a Worker.`
  }
  if (section === undefined) return `needs the secret "${name}": --env-file gives it.`
  return `names "${name}" of ${section}, which this mesh does not have: it is passed over here.`
}
