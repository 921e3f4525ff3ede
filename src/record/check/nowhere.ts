/** Names that a record leads to in vain: the services that its rules and its alias name, and for which no record stands. */
import { wildcardsOf } from '../../core/endpoint.ts'
import { type Lead, leadsOf } from '../leads.ts'
import type { ServiceRecord } from '../record.ts'

/** @param stands does a record stand under this name, or this wildcard? */
export function leadsNowhere({ alias = [], rules = [] }: ServiceRecord, stands: (name: string) => boolean): Lead[] {
  const aliases = alias.map((name): Lead => ({ name, path: ['alias'] }))
  const ruled = rules.flatMap((rule, index) =>
    leadsOf(rule).map(({ name, path }): Lead => ({ name, path: ['rules', index, ...path] })),
  )
  return [...aliases, ...ruled].filter(({ name }) => ![name, ...wildcardsOf(name)].some(stands))
}
