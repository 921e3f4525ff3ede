/** Why a Queue cannot be reached from here. */
import { absent } from '../bindings.ts'
import type { Here } from '../road.ts'
import type { QueueTarget } from './schema.ts'

export const QUEUE = { what: 'queue', methods: ['send'] }

export function queueBlocked({ binding }: QueueTarget, { bindings }: Here): string | undefined {
  return absent(bindings, binding, QUEUE)
}
