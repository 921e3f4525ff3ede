/** Names and places: what a service is called, and one place where it answers. */

/** A logical name: a DNS name in lower case (RFC 1123 labels, 253 characters at most). */
export type ServiceName = string

/** Where a request goes, and by what kind of road. */
export type Target = UrlTarget | BindingTarget | DispatchTarget | ObjectTarget | QueueTarget | LambdaTarget

export interface UrlTarget {
  readonly kind: 'url'
  readonly url: string
  /** What it wants shown. */
  readonly credentials?: Credentials | undefined
}

/** A service binding of this Worker, by the name it has in `env`. */
export interface BindingTarget {
  readonly kind: 'binding'
  readonly binding: string
  /** The version of the Worker at the other end, where one is pinned. */
  readonly version?: { readonly worker: string; readonly id: string } | undefined
}

/** A Worker in a dispatch namespace (Workers for Platforms). */
export interface DispatchTarget {
  readonly kind: 'dispatch'
  readonly binding: string
  readonly script: string
  /** What one invocation of it may use, as the platform enforces it. */
  readonly limits?: { readonly cpuMs?: number | undefined; readonly subRequests?: number | undefined } | undefined
}

/** A Durable Object; the request says which. */
export interface ObjectTarget {
  readonly kind: 'object'
  readonly binding: string
  readonly key: ObjectKey
}

/** What names the object: a fixed name, a header or query parameter, or a segment of the path (1 is the first). */
export type ObjectKey =
  | { readonly from: 'name' | 'header' | 'query'; readonly name: string }
  | { readonly from: 'path'; readonly segment: number }

/** A Queue: what is sent is accepted, not answered. */
export interface QueueTarget {
  readonly kind: 'queue'
  readonly binding: string
  /** Headers that may rest in the queue though they are credentials, in lower case. */
  readonly keep?: readonly string[] | undefined
}

/** An AWS Lambda function, by its Invoke API. */
export interface LambdaTarget {
  readonly kind: 'lambda'
  /** Its name or ARN. */
  readonly function: string
  readonly region: string
  /** The prefix of the secrets with which it is called. */
  readonly secret: string
  /** A version or an alias. */
  readonly qualifier: string | undefined
  /** `request` waits for the result, `stream` passes it on as it comes, `event` does not wait (202). */
  readonly invocation: 'request' | 'stream' | 'event'
  /** Where the API stands, if it is not AWS's own: an emulator. */
  readonly endpointUrl: string | undefined
}

/** Who we say we are. `secret` names a Worker secret, or the prefix of several; the value is never in a record. */
export type Credentials =
  | { readonly type: 'aws-sigv4'; readonly service: string; readonly region: string; readonly secret: string }
  | { readonly type: 'google-id-token'; readonly audience: string; readonly secret: string }
  /** The secret itself, after `scheme` and a space where there is one. */
  | { readonly type: 'header'; readonly header: string; readonly scheme: string | undefined; readonly secret: string }

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
