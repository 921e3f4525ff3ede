/** The kinds of bindings of a Worker: told from the bindings themselves, and stood in for where only the kinds are known. */
import type { BindingKind } from '../wire/installation.ts'
import { SERVICE } from './binding/reach.ts'
import type { BindingSort, Bindings } from './bindings.ts'
import { absent } from './bindings.ts'
import { NAMESPACE } from './dispatch/reach.ts'
import { OBJECTS } from './object/reach.ts'
import { QUEUE } from './queue/reach.ts'

/** A method that nothing has: what answers to it answers to any name, as the stub of a Worker does. */
const NOBODYS = 'selvedge has no such method'
const ANY: BindingSort = { what: 'stub', methods: [NOBODYS] }
/** R2 has `get`, too. */
const BUCKET: BindingSort = { what: 'bucket', methods: ['get', 'put'] }

/** In the order in which they are told apart. */
const SORTS: readonly (readonly [BindingKind, BindingSort])[] = [
  ['service', ANY],
  ['object', OBJECTS],
  ['kv', { what: 'KV namespace', methods: ['getWithMetadata'] }],
  ['other', BUCKET],
  ['dispatch', NAMESPACE],
  ['queue', QUEUE],
  ['service', SERVICE],
]

/** What the binding of this name is. */
export function kindOfBinding(bindings: Bindings, name: string): BindingKind {
  const value = bindings[name]
  if (typeof value !== 'object' || value === null) return 'value'
  const found = SORTS.find(([, sort]) => absent(bindings, name, sort) === undefined)
  if (found) return found[0]
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || Array.isArray(value) ? 'json' : 'other'
}

/** Bindings of which no more can be asked than whether they are there, and of which sort. */
export function standIns(kinds: Readonly<Record<string, BindingKind>>): Bindings {
  return Object.fromEntries(Object.entries(kinds).map(([name, kind]) => [name, standIn(kind)]))
}

/** Every binding that anyone asks for: where nobody knows what there is. */
export function everyBinding(): Bindings {
  return new Proxy({}, { get: () => answersAll() })
}

function standIn(kind: BindingKind): unknown {
  if (kind === 'value') return ''
  // A stub of a Worker answers to any name.
  if (kind === 'service') return answersAll()
  const sort = SORTS.find(([one]) => one === kind && kind !== 'other')?.[1]
  return Object.fromEntries((sort?.methods ?? []).map((method) => [method, nothing]))
}

function answersAll(): object {
  return new Proxy({}, { get: () => nothing })
}

function nothing(): void {}
