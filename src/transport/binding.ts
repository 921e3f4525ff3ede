/** Other Workers, reached by a service binding. */
import { MeshError } from '../core/errors.ts'

/** The bindings of this Worker, by name: its `env`. */
export type Bindings = Readonly<Record<string, unknown>>

/** A Worker on the other end of a binding. */
export interface Callee {
  fetch(input: RequestInfo, init?: RequestInit): Promise<Response>
}

/** @throws {MeshError} `no_endpoint` where this Worker has no service binding of that name. */
export function calleeOf(bindings: Bindings, binding: string): Callee {
  const callee = bindings[binding]
  if (!isCallee(callee)) throw new MeshError('no_endpoint', `This Worker has no service binding "${binding}".`)
  return callee
}

/** Is there a service binding of this name? */
export function hasBinding(bindings: Bindings, binding: string): boolean {
  return isCallee(bindings[binding])
}

function isCallee(value: unknown): value is Callee {
  return typeof value === 'object' && value !== null && typeof (value as { fetch?: unknown }).fetch === 'function'
}
