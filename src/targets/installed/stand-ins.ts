/** Bindings of which no more can be asked than whether they are there, and of which sort: for those who know the kinds alone. */
import type { BindingKind } from '../../wire/installation.ts'
import type { Bindings } from '../bindings.ts'
import { SORTS } from './kind-of.ts'

export function standIns(kinds: Readonly<Record<string, BindingKind>>): Bindings {
  return Object.fromEntries(Object.entries(kinds).map(([name, kind]) => [name, standIn(kind)]))
}

/** Every binding that anyone asks for: where nobody knows what there is. */
export function everyBinding(): Bindings {
  return new Proxy({}, { get: answersAll })
}

function standIn(kind: BindingKind): unknown {
  if (kind === 'value') return ''
  // A stub of a Worker answers to any name.
  if (kind === 'service') return answersAll()
  const [, sort] = SORTS.find(([one]) => one === kind && kind !== 'other') ?? []
  return Object.fromEntries((sort?.methods ?? []).map((method) => [method, nothing]))
}

function answersAll(): object {
  return new Proxy({}, { get: () => nothing })
}

function nothing(): void {}
