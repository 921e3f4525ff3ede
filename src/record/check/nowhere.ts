/** Finds the services that a record's rules, alias or queues name and that have no record. */
import { wildcardsOf } from '../../core/endpoint.ts'
import { type Lead, leadsOf } from '../leads.ts'
import type { ServiceRecord } from '../record.ts'
import { onward } from './onward.ts'

/** @param stands is there a record of this name, or of this wildcard? */
export function leadsNowhere(record: ServiceRecord, stands: (name: string) => boolean): Lead[] {
  const ruled = (record.rules ?? []).flatMap((rule, index) =>
    leadsOf(rule).map(({ name, path }): Lead => ({ name, path: ['rules', index, ...path] })),
  )
  return [...onward(record), ...ruled].filter(({ name }) => ![name, ...wildcardsOf(name)].some(stands))
}
