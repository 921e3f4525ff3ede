/** Names that converted rules lead to: a manifest says nothing of the endpoints behind a Service, and somebody has to write them. */
import { leadsOf } from '../leads.ts'
import type { Rule } from '../route.ts'
import type { Found, Read } from './read.ts'
import type { RoutePart } from './route.ts'

/** A note for each name, at the first place that refers to it. */
export function lacking<Of>(
  routes: readonly Read<Of, RoutePart>[],
  records: ReadonlyMap<string, unknown>,
): readonly Found<Of>[] {
  const notes = new Map<string, Found<Of>>()
  for (const { source, part } of routes) {
    // Their schema has let the rules pass.
    const leads = part.rules.flatMap(({ rule, path: at }) =>
      leadsOf(rule as Rule).map(({ name, path }) => ({ name, path: [...at, ...path] })),
    )
    for (const { name, path } of leads) {
      const key = `services/${name}`
      const reason = records.has(key)
        ? `"${name}" needs endpoints beside its rules: write those of the Service into ${key}, too.`
        : `"${name}" needs a record with endpoints: ${key}.`
      if (!notes.has(name)) notes.set(name, { source, path, reason, severity: 'note' })
    }
  }
  return [...notes.values()]
}
