/** Why a dispatch namespace cannot be reached from here. */
import { absent } from '../bindings.ts'
import type { Here } from '../road.ts'
import type { DispatchTarget } from './schema.ts'

export const NAMESPACE = { what: 'dispatch namespace', methods: ['get'] }

export function dispatchBlocked({ binding }: DispatchTarget, { bindings }: Here): string | undefined {
  return absent(bindings, binding, NAMESPACE)
}
