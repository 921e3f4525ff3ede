/** Why a Durable Object cannot be reached from here. */
import { absent } from '../bindings.ts'
import type { Here } from '../road.ts'
import type { ObjectTarget } from './schema.ts'

export const OBJECTS = { what: 'Durable Object namespace', methods: ['idFromName', 'get'] }

export function objectBlocked({ binding }: ObjectTarget, { bindings }: Here): string | undefined {
  return absent(bindings, binding, OBJECTS)
}
