/** Names and places: what a service is called, and one place where it answers. */

/** A logical name: a DNS name in lower case (RFC 1123 labels, 253 characters at most). */
export type ServiceName = string

/** Where a request goes, and by what kind of road. */
export type Target =
  | { readonly kind: 'url'; readonly url: string }
  /** A service binding of this Worker, by the name it has in `env`. */
  | { readonly kind: 'binding'; readonly binding: string }

/** One place to send to. */
export interface Endpoint {
  /** Unique within its service, and the same after an edit that leaves it as it was. */
  readonly id: string
  readonly target: Target
  /** Its share of the requests, beside the weights of the others. 0 gets none, unless all are 0. */
  readonly weight: number
  /** Where it is: a colo (`AMS`), a continent (`EU`) or a location hint (`weur`). */
  readonly locality: string | undefined
}

const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/

/** Is this a service name: RFC 1123 labels in lower case, 253 characters at most? */
export function isServiceName(text: string): boolean {
  return text.length > 0 && text.length <= 253 && text.split('.').every((label) => LABEL.test(label))
}

/** The wildcards that answer for a name, the longest first: `a.b.c` → `*.b.c`, `*.c`. Never for the apex. */
export function wildcardsOf(name: ServiceName): string[] {
  const wildcards: string[] = []
  for (let dot = name.indexOf('.'); dot !== -1; dot = name.indexOf('.', dot + 1)) wildcards.push(`*${name.slice(dot)}`)
  return wildcards
}
