/** Changes as they were made: one revision may have changed several names, and these stand together. */
import type { RevisionView } from '../../admin/client.ts'

export interface ChangeSet {
  readonly revision: number
  readonly parts: readonly RevisionView[]
}

export function changeSets(changes: readonly RevisionView[]): ChangeSet[] {
  const sets = new Map<number, RevisionView[]>()
  for (const one of changes) sets.set(one.revision, [...(sets.get(one.revision) ?? []), one])
  return [...sets].map(([revision, parts]) => ({ revision, parts }))
}
