/** Sends to another Worker by a service binding: it sees the name that was called as the URL's host. */
import { MeshError } from '../core/errors.ts'

/** The bindings of this Worker, by name: its `env`. */
export type Bindings = Readonly<Record<string, unknown>>

interface Callee {
  fetch(url: string, init: RequestInit): Promise<Response>
}

export function sendToBinding(
  bindings: Bindings,
  binding: string,
  init: RequestInit,
  { name, path }: { readonly name: string; readonly path: string },
): Promise<Response> {
  const callee = bindings[binding]
  if (!isCallee(callee)) throw new MeshError('no_endpoint', `This Worker has no service binding "${binding}".`)
  return callee.fetch(`http://${name}${path}`, init)
}

/** Is there a service binding of this name? */
export function hasBinding(bindings: Bindings, binding: string): boolean {
  return isCallee(bindings[binding])
}

function isCallee(value: unknown): value is Callee {
  return typeof value === 'object' && value !== null && typeof (value as { fetch?: unknown }).fetch === 'function'
}
