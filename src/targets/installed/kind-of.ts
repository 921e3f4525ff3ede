/** The kinds of the bindings of this Worker, told from the bindings themselves. */
import type { BindingKind } from '../../wire/installation.ts'
import { SERVICE } from '../binding/reach.ts'
import { absent, type BindingSort, type Bindings } from '../bindings.ts'
import { NAMESPACE } from '../dispatch/reach.ts'
import { OBJECTS } from '../object/reach.ts'
import { QUEUE } from '../queue/reach.ts'
import { WORKFLOW } from '../saga/reach.ts'

/** A method that nothing has: what answers to it answers to any name, as the stub of a Worker does. */
const ANY: BindingSort = { what: 'stub', methods: ['selvedge has no such method'] }
/** R2 has `get`, too. */
const BUCKET: BindingSort = { what: 'bucket', methods: ['get', 'put'] }

/** In the order in which they are told apart. */
export const SORTS: readonly (readonly [BindingKind, BindingSort])[] = [
  ['service', ANY],
  ['object', OBJECTS],
  ['kv', { what: 'KV namespace', methods: ['getWithMetadata'] }],
  ['other', BUCKET],
  ['workflow', WORKFLOW],
  ['dispatch', NAMESPACE],
  ['queue', QUEUE],
  ['ratelimit', { what: 'rate limit binding', methods: ['limit'] }],
  ['service', SERVICE],
]

/** What the binding of this name is. */
export function kindOfBinding(bindings: Bindings, name: string): BindingKind {
  const value = bindings[name]
  if (typeof value !== 'object' || value === null) return 'value'
  const found = SORTS.find(([, sort]) => absent(bindings, name, sort) === undefined)
  if (found) return found[0]
  return Object.getPrototypeOf(value) === Object.prototype || Array.isArray(value) ? 'json' : 'other'
}
