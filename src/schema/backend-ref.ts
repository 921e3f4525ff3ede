/** A service that a rule sends to, by the name it has in the registry: BackendObjectReference of the Gateway API. */
import * as v from 'valibot'
import { isReference } from '../core/endpoint.ts'
import { port } from './http.ts'
import { object, oneOf, text } from './kit.ts'

export interface BackendRef {
  /** A name is a Service of the core group; nothing else is known here. */
  group?: '' | undefined
  kind?: 'Service' | undefined
  name: string
  /** `shop` makes `users` the name `users.shop`; `default` is none. */
  namespace?: string | undefined
  /** Read, and of no effect: a name has no port, an endpoint's URL has one. */
  port?: number | undefined
}

export const REFERENCE_FORM = 'a service name: a DNS name in lower case, with "@" and a tag if it has one'

/** The fields of a reference, which a backend of a rule has too. */
export const reference = () => ({
  group: v.optional(oneOf('')),
  kind: v.optional(oneOf('Service')),
  name: text(isReference, REFERENCE_FORM),
  namespace: v.optional(
    text((name) => isReference(name) && !/[.@]/.test(name), 'a namespace: one label of a DNS name'),
  ),
  port: v.optional(port()),
})

export const backendRef = (): v.GenericSchema<BackendRef> => object(reference())

/** The name in the registry: that of the namespace follows, unless it is the default one. */
export function nameOfRef({ name, namespace = 'default' }: BackendRef): string {
  return namespace === 'default' ? name : `${name}.${namespace}`
}
