/** Names and places: what a service is called, and one place where it answers. */

/** A logical name: a DNS name in lower case (RFC 1123 labels, 253 characters at most). */
export type ServiceName = string

/** Where a request goes: what it says beside its kind is the business of that kind alone (targets/). */
export interface Target {
  readonly kind: string
}

/** What the mesh must know of a place, whatever its kind. Of a Worker beside this one nothing of it is so. */
export interface Traits {
  /** Is it reached over a network? A call holds one of the connections that a request may have, and its answer may be lost. */
  readonly isRemote?: boolean
  /** Does the platform say its own authority to it as Host, in place of the name that was called? */
  readonly hasOwnHost?: boolean
  /** Does it go to sleep when nobody calls? Then the next call waits until it has woken. */
  readonly sleeps?: boolean
  /** Does it answer before anything is done? Such an answer cannot say how many retries were used. */
  readonly neverSettles?: boolean
}

/** One place to send to. */
export interface Endpoint<Of extends Target = Target> {
  /** Unique within its service, and the same after an edit that leaves it as it was. */
  readonly id: string
  readonly target: Of
  readonly traits: Traits
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

/** Is this a service name, with or without a tag (`users@pr-123`) that stands for another record of the service? */
export function isReference(text: string): boolean {
  const [name = '', tag, ...more] = text.split('@')
  return isServiceName(name) && (tag === undefined || LABEL.test(tag)) && more.length === 0
}

/** Wildcards asked about for one name, at most: a read of the registry is billed by the key. */
const MOST_WILDCARDS = 8

/** The wildcards that answer for a name, the longest eight, the longest first: `a.b.c` → `*.b.c`, `*.c`. Never for the apex. */
export function wildcardsOf(name: ServiceName): string[] {
  const wildcards: string[] = []
  for (let dot = name.indexOf('.'); dot !== -1 && wildcards.length < MOST_WILDCARDS; dot = name.indexOf('.', dot + 1)) {
    wildcards.push(`*${name.slice(dot)}`)
  }
  return wildcards
}
