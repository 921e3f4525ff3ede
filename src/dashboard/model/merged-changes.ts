/** The newest changes of all services, out of the history of each: no more of them are read than are needed. */
import type { RecordView, RevisionView } from '../../admin/client.ts'

/** Histories that are asked for at once. */
const AT_ONCE = 6

/**
 * Services are gone through from the one that changed last. Where the last of the changes that are wanted is newer than the
 * newest of the service that comes next, no other can have one.
 */
export async function newestChanges(
  records: readonly RecordView[],
  wanted: number,
  historyOf: (name: string) => Promise<readonly RevisionView[]>,
): Promise<readonly RevisionView[]> {
  const order = [...records].sort((one, other) => other.revision - one.revision)
  let found: RevisionView[] = []
  for (let next = 0; next < order.length; next += AT_ONCE) {
    const last = found[wanted - 1]
    if (last && last.revision > (order[next]?.revision ?? 0)) break
    const histories = await Promise.all(order.slice(next, next + AT_ONCE).map(({ name }) => historyOf(name)))
    found = [...found, ...histories.flat()].sort(newestFirst).slice(0, wanted)
  }
  return found
}

/** One revision may have changed several names: these stand together. */
export interface ChangeSet {
  readonly revision: number
  readonly parts: readonly RevisionView[]
}

export function changeSets(changes: readonly RevisionView[]): ChangeSet[] {
  const sets = new Map<number, RevisionView[]>()
  for (const one of changes) sets.set(one.revision, [...(sets.get(one.revision) ?? []), one])
  return [...sets].map(([revision, parts]) => ({ revision, parts }))
}

function newestFirst(one: RevisionView, other: RevisionView): number {
  return other.revision - one.revision || (one.name < other.name ? -1 : 1)
}
