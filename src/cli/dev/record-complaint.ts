/** Says of a record, when it is written, what the mesh will say of it when it is called. */

import { type AliasOf, circle } from '../../record/check/circle.ts'
import { nameOf, uncalled } from '../../record/check/key.ts'
import { type Given, type Lack, lacks } from '../../record/check/needs.ts'
import { leadsNowhere } from '../../record/check/nowhere.ts'
import { parseRecord } from '../../record/parse.ts'
import type { ServiceRecord } from '../../record/record.ts'
import { misnamed, type Refusal, refusals } from './refusal.ts'

/** What stands in KV beside a record. */
export interface Beside {
  /** What the mesh's Worker has. */
  readonly given: Given
  /** The mesh's own. */
  readonly domain: string
  /** Does a record stand under this name, or this wildcard? */
  stands(name: string): boolean
  readonly aliasOf: AliasOf
  /** Names of circles that were told of. */
  readonly told: Set<string>
}

/** What the mesh has to say against what stands in KV under `key`. */
export function recordComplaints(key: string, value: string, beside: Beside): readonly Refusal[] {
  const name = nameOf(key)
  const bad = misnamed(key)
  if (bad) return [bad]
  const taken = uncalled(name, beside.domain)
  const naming = taken === undefined ? [] : [{ path: [], text: `${name} ${taken}` }]
  const refused = refusals(value).map(({ path, text }) => {
    return {
      path,
      text: `${name} is not understood, so the mesh goes on with the last good record, if it has one. ${text}`,
    }
  })
  return [...naming, ...(refused.length > 0 ? refused : complaintsOf(name, parseRecord(value), beside))]
}

function complaintsOf(name: string, record: ServiceRecord, { given, stands, aliasOf, told }: Beside): Refusal[] {
  const [lack] = lacks(record.endpoints, given)
  const round = record.alias && circle(name, aliasOf, told)
  return [
    ...(lack ? [{ path: ['endpoints', lack.endpoint], text: `${name} has an endpoint that ${lacking(lack)}` }] : []),
    ...(round === undefined ? [] : [{ path: ['alias'], text: `The alias of ${name} ${round}` }]),
    ...leadsNowhere(record, stands).map((lead) => {
      return { path: lead.path, text: `${name} leads to "${lead.name}", under which no record stands.` }
    }),
  ]
}

function lacking({ name, section }: Lack): string {
  if (section === 'services') {
    return `names the service binding "${name}", and nothing is bound by that name: --with adds a Worker.`
  }
  if (section === undefined) return `needs the secret "${name}": --env-file gives it.`
  return `names "${name}" of ${section}, which this mesh does not have: it is passed over here.`
}
