/** Why a service binding cannot be reached from here. */
import { absent } from '../bindings.ts'
import type { Here } from '../road.ts'
import type { BindingTarget } from './schema.ts'

export const SERVICE = { what: 'service binding', methods: ['fetch'] }

export function bindingBlocked({ binding }: BindingTarget, { bindings }: Here): string | undefined {
  return absent(bindings, binding, SERVICE)
}
