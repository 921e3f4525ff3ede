/** What this Worker has been given: its `env`, by name. */
import { MeshError } from '../core/errors.ts'

/** The bindings of this Worker, by name: its `env`. */
export type Bindings = Readonly<Record<string, unknown>>

/** Is there a binding of this name that can do these? */
export function canDo(bindings: Bindings, name: string, methods: readonly string[]): boolean {
  const binding = bindings[name]
  if (typeof binding !== 'object' || binding === null) return false
  return methods.every((method) => typeof (binding as Record<string, unknown>)[method] === 'function')
}

/**
 * The binding of this name.
 *
 * @throws {MeshError} `no_endpoint` where this Worker has none that can do `methods`.
 */
export function bound<Binding>(bindings: Bindings, name: string, methods: readonly string[], what: string): Binding {
  if (!canDo(bindings, name, methods)) throw new MeshError('no_endpoint', missing(what, name))
  return bindings[name] as Binding
}

/** What to say of a binding that is not there. */
export function missing(what: string, name: string): string {
  return `This Worker has no ${what} "${name}".`
}
