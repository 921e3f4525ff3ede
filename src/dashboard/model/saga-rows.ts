/** Sagas in the order in which somebody should look at them. */
import type { SagaState, SagaView } from '../../admin/client.ts'

/** What needs somebody comes first. */
export const SAGA_ORDER: readonly SagaState[] = [
  'parked',
  'failed',
  'late',
  'running',
  'compensation_incomplete',
  'compensated',
  'completed',
]

/** @param lists pages of sagas; one that is in several stands once, as the last of them has it. */
export function sagaRows(...lists: readonly (readonly SagaView[])[]): SagaView[] {
  const all = new Map(lists.flat().map((one) => [one.id, one]))
  const rank = ({ state }: SagaView) => SAGA_ORDER.indexOf(state)
  return [...all.values()].sort(
    (one, other) =>
      rank(one) - rank(other) || (one.startedAt < other.startedAt ? 1 : one.startedAt > other.startedAt ? -1 : 0),
  )
}
