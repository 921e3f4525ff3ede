/** Names that converted rules lead to: a manifest says nothing of the endpoints behind a Service, and somebody has to write them. */
import { type BackendRef, nameOfRef } from '../backend-ref.ts'
import { entriesOf, type Fields, isFields, type Path } from './manifest.ts'
import type { Found, Read } from './read.ts'
import type { PlacedRule, RoutePart } from './route.ts'

/** A note for each name, at the first place that refers to it. */
export function lacking<Of>(
  routes: readonly Read<Of, RoutePart>[],
  records: ReadonlyMap<string, unknown>,
): readonly Found<Of>[] {
  const notes = new Map<string, Found<Of>>()
  for (const { source, part } of routes) {
    for (const { name, path } of part.rules.flatMap(referred)) {
      const key = `services/${name}`
      const reason = records.has(key)
        ? `"${name}" needs endpoints beside its rules: write those of the Service into ${key}, too.`
        : `"${name}" needs a record with endpoints: ${key}.`
      if (!notes.has(name)) notes.set(name, { source, path, reason, severity: 'note' })
    }
  }
  return [...notes.values()]
}

function referred({ rule, path }: PlacedRule): { name: string; path: Path }[] {
  const backends = entriesOf(rule.backendRefs, [...path, 'backendRefs'])
  return [
    ...mirrors(rule, path),
    ...backends.flatMap(({ entry, path }) => [{ name: nameOf(entry), path }, ...mirrors(entry, path)]),
  ]
}

function mirrors({ filters }: Fields, path: Path): { name: string; path: Path }[] {
  return entriesOf(filters, [...path, 'filters']).flatMap(({ entry: { requestMirror }, path }) => {
    if (!isFields(requestMirror) || !isFields(requestMirror.backendRef)) return []
    return [{ name: nameOf(requestMirror.backendRef), path: [...path, 'requestMirror', 'backendRef'] }]
  })
}

/** Its schema has let it pass. */
function nameOf(reference: Fields): string {
  return nameOfRef(reference as Fields & BackendRef)
}
