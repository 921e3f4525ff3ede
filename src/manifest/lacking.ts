/** Services that converted rules lead to and that have no endpoints yet: a manifest does not hold them, so the operator must write them. */

import { leadsOf } from '../record/leads.ts'
import type { Rule } from '../record/rule.ts'
import { nameOfRef } from '../schema/backend-ref.ts'
import { isFields } from './manifest.ts'
import type { Found, Read } from './read.ts'
import type { PlacedRule, RoutePart } from './route.ts'

/** One note for each service, at the first reference to it. */
export function lacking<Of>(
  routes: readonly Read<Of, RoutePart>[],
  records: ReadonlyMap<string, unknown>,
): ReadonlyMap<string, Found<Of>> {
  const notes = new Map<string, Found<Of>>()
  const retried = new Set(
    routes.flatMap(({ part }) => part.rules.filter(isRetried).flatMap(({ rule }) => backendsOf(rule as Rule))),
  )
  for (const { source, part } of routes) {
    // The schema has accepted the rules.
    const leads = part.rules.flatMap(({ rule, path: at }) =>
      leadsOf(rule as Rule).map(({ name, path }) => ({ name, path: [...at, ...path] })),
    )
    for (const { name, path } of leads) {
      const key = `services/${name}`
      const budget = retried.has(name) ? `, and "retryConstraint": "off" to be retried without a budget` : ''
      const reason = records.has(key)
        ? `"${name}" needs endpoints beside its rules: write those of the Service into ${key}, too.`
        : `"${name}" needs a record with endpoints${budget}: ${key}.`
      if (!notes.has(name)) notes.set(name, { source, path, reason, severity: 'note' })
    }
  }
  return notes
}

/** The mesh reads the retry budget from the record of the backend. */
function isRetried({ rule: { retry } }: PlacedRule): boolean {
  return isFields(retry) && retry.attempts !== 0
}

function backendsOf({ backendRefs = [] }: Rule): string[] {
  return backendRefs.map(nameOfRef)
}
