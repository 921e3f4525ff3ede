/** Finds the services that a record's rules or alias name and that have no record. */
import { wildcardsOf } from '../../core/endpoint.ts'
import { type Lead, leadsOf } from '../leads.ts'
import type { ServiceRecord } from '../record.ts'

/** @param stands is there a record of this name, or of this wildcard? */
export function leadsNowhere({ alias = [], rules = [] }: ServiceRecord, stands: (name: string) => boolean): Lead[] {
  const aliases = alias.map((name): Lead => ({ name, path: ['alias'] }))
  const ruled = rules.flatMap((rule, index) =>
    leadsOf(rule).map(({ name, path }): Lead => ({ name, path: ['rules', index, ...path] })),
  )
  return [...aliases, ...ruled].filter(({ name }) => ![name, ...wildcardsOf(name)].some(stands))
}
