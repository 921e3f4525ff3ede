/** Names that rules lead to: their backends, and those that get copies. */
import { nameOfRef } from '../schema/backend-ref.ts'
import type { Rule } from './rule.ts'
import type { RuleFilter } from './rule-filter.ts'

export interface Lead {
  readonly name: string
  /** Keys and indexes from the rule to where it is written. */
  readonly path: readonly (string | number)[]
}

export function leadsOf({ filters, backendRefs = [] }: Rule): Lead[] {
  const backends = backendRefs.flatMap((backend, index) => {
    const path = ['backendRefs', index]
    return [{ name: nameOfRef(backend), path }, ...copiesOf(backend.filters, path)]
  })
  return [...copiesOf(filters, []), ...backends]
}

function copiesOf(filters: readonly RuleFilter[] = [], path: Lead['path']): Lead[] {
  return filters.flatMap((filter, index) => {
    if (filter.type !== 'RequestMirror') return []
    const place = [...path, 'filters', index, 'requestMirror', 'backendRef']
    return [{ name: nameOfRef(filter.requestMirror.backendRef), path: place }]
  })
}
