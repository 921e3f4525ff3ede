/** What is said where there are no numbers: nobody called, or nobody counts. */
import type { StatsView } from '../../admin/client.ts'

/** @param called of what there were no calls: `of users`; empty for all. */
export function silence({ isolates }: Pick<StatsView, 'isolates'>, called: string, window: string): string {
  const what = `No calls${called === '' ? '' : ` ${called}`} in the last ${window}`
  if (isolates > 0) return `${what}.`
  return `${what} were told of, by any isolate. A call shows within 10 s; where none ever does, the mesh's Worker lacks the binding STATS_OBJECT (docs/observability.md).`
}
