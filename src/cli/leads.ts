/** Names that a record leads to: its alias, backends of its rules, those that get copies. */
import { wildcardsOf } from '../core/endpoint.ts'
import { nameOfRef } from '../policy/backend-ref.ts'
import type { RuleFilter } from '../policy/filter.ts'
import type { Path } from '../policy/manifest/manifest.ts'
import type { ServiceRecord } from '../policy/record.ts'

export interface Lead {
  readonly name: string
  /** Where it is written in the record. */
  readonly path: Path
}

/** The names, among those that a record leads to, for which no record stands. */
export function leadsNowhere(record: ServiceRecord, stands: (name: string) => boolean): Lead[] {
  return leadsOf(record).filter(({ name }) => ![name, ...wildcardsOf(name)].some(stands))
}

function leadsOf({ alias = [], rules = [] }: ServiceRecord): Lead[] {
  const aliases = alias.map((name): Lead => ({ name, path: ['alias'] }))
  const ruled = rules.flatMap(({ filters, backendRefs = [] }, index) => [
    ...copiesOf(filters, ['rules', index]),
    ...backendRefs.flatMap((backend, place) => {
      const path: Path = ['rules', index, 'backendRefs', place]
      return [{ name: nameOfRef(backend), path }, ...copiesOf(backend.filters, path)]
    }),
  ])
  return [...aliases, ...ruled]
}

function copiesOf(filters: readonly RuleFilter[] = [], path: Path): Lead[] {
  return filters.flatMap((filter, index) => {
    if (filter.type !== 'RequestMirror') return []
    return [{ name: nameOfRef(filter.requestMirror.backendRef), path: [...path, 'filters', index] }]
  })
}
