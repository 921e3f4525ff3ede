/** What this Worker has been given: its `env`, by name. */
import { MeshError } from '../core/errors.ts'

/** The bindings of this Worker, by name: its `env`. */
export type Bindings = Readonly<Record<string, unknown>>

/** A sort of binding, known by what it can do. */
export interface BindingSort {
  readonly what: string
  readonly methods: readonly string[]
}

/** Why nothing can be sent by the binding of this name: this Worker has none that is of this sort. */
export function absent(bindings: Bindings, name: string, { what, methods }: BindingSort): string | undefined {
  const binding = bindings[name] as Readonly<Record<string, unknown>> | null | undefined
  const can = typeof binding === 'object' && methods.every((method) => typeof binding?.[method] === 'function')
  return can ? undefined : `This Worker has no ${what} "${name}".`
}

/**
 * The binding of this name.
 *
 * @throws {MeshError} `no_endpoint` where this Worker has none of this sort.
 */
export function bound<Binding>(bindings: Bindings, name: string, sort: BindingSort): Binding {
  const why = absent(bindings, name, sort)
  if (why !== undefined) throw new MeshError('no_endpoint', why)
  return bindings[name] as Binding
}
