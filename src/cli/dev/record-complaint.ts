/** Warns, when a record is written, of the errors that a call would meet. */

import { type AliasOf, circle } from '../../record/check/circle.ts'
import { nameOf, uncalled } from '../../record/check/key.ts'
import { type Given, type Lack, lacks } from '../../record/check/needs.ts'
import { leadsNowhere } from '../../record/check/nowhere.ts'
import { onward } from '../../record/check/onward.ts'
import { rateFindings } from '../../record/check/rates.ts'
import { type FindRecord, roundOf, sinksOf, topicBehind } from '../../record/check/subscribed.ts'
import { isOfEvents } from '../../record/events/event-key.ts'
import { subscriptionsParser } from '../../record/events/subscriptions.ts'
import { parseRecord } from '../../record/parse.ts'
import type { ServiceRecord } from '../../record/record.ts'
import { misnamed, type Refusal, refusals } from './refusal.ts'

/** What is known around a record. */
export interface Beside {
  /** The bindings and secrets of the mesh's Worker. */
  readonly given: Given
  /** The mesh's own domain. */
  readonly domain: string
  /** Is there a record of this name, or of this wildcard? */
  stands(name: string): boolean
  readonly aliasOf: AliasOf
  /** The record that answers for a name. */
  readonly find: FindRecord
  /** Names in circles that were reported. */
  readonly told: Set<string>
}

/** All errors in the value of the KV key `key`. */
export function recordComplaints(key: string, value: string, beside: Beside): readonly Refusal[] {
  const name = nameOf(key)
  const bad = misnamed(key)
  if (bad) return [bad]
  const refused = refusals(key, value).map(({ path, text }) => {
    return {
      path,
      text: `${name} is not understood, so the mesh goes on with the last good record, if it has one. ${text}`,
    }
  })
  if (isOfEvents(name)) return refused.length > 0 ? refused : eventComplaints(name, value, beside)
  const taken = uncalled(name, beside.domain)
  const naming = taken === undefined ? [] : [{ path: [], text: `${name} ${taken}` }]
  return [...naming, ...(refused.length > 0 ? refused : complaintsOf(name, parseRecord(value), beside))]
}

function eventComplaints(name: string, value: string, { find, domain }: Beside): Refusal[] {
  return sinksOf(subscriptionsParser()(value), domain).flatMap((lead): Refusal[] => {
    const round = topicBehind(lead.name, find)
    if (round) return [{ path: lead.path, text: `${name} ${roundOf(name, round)}` }]
    if (find(lead.name)) return []
    return [{ path: lead.path, text: `${name} leads to "${lead.name}", under which no record stands.` }]
  })
}

function complaintsOf(name: string, record: ServiceRecord, { given, stands, aliasOf, told }: Beside): Refusal[] {
  const [lack] = lacks(record.endpoints, given)
  const [first] = onward(record)
  const round = first && circle(name, aliasOf, told)
  return [
    ...(lack ? [{ path: ['endpoints', lack.endpoint], text: `${name} has an endpoint that ${lacking(lack)}` }] : []),
    ...(!first || round === undefined
      ? []
      : [{ path: first.path, text: `${record.alias ? 'The alias' : 'The queue'} of ${name} ${round}` }]),
    ...rateFindings(record, given)
      .filter(({ severity }) => severity !== 'note')
      .map(({ path, message }) => ({ path, text: `Of the rate of ${name}: ${message}` })),
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
