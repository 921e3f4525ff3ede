/** The steps from what stands in the mesh to what files want: apply takes them, diff shows them, simulate tries them. */
import { Fault } from '../../manifest/yaml/fault.ts'
import type { Session } from '../session.ts'
import type { PruneFlags } from './flags.ts'
import { plan, type Step, seen, type Wanted } from './plan.ts'

/** @throws Fault where `--prune` is said without what it may take away. */
export function assertSelector({ prune, selector }: PruneFlags): void {
  if (prune && selector === undefined)
    throw new Fault('--prune needs --selector LABEL: what was applied with it, and is not in these files, goes.')
}

export async function planned(
  wanted: readonly Wanted[],
  { prune = false, selector }: PruneFlags,
  session: Session,
): Promise<Step[]> {
  const names = wanted.map(({ name }) => name)
  const stands = await seen(session.client(), names, prune, session.print)
  return plan(wanted, stands, prune ? selector : undefined)
}
