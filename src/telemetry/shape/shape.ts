/** The shape of a request: as much of it as tells which rule it meets, and no more. Plain values, which travel to the object that keeps them. */
import type { ServiceName } from '../../core/endpoint.ts'
import type { Priority } from '../../core/priority.ts'

export interface Shape {
  /** The name that was called. */
  readonly service: ServiceName
  readonly method: string
  /** Without the query; what looks like an id is masked (`masked-path.ts`). */
  readonly path: string
  /** The names of its headers, in lower case and in order. */
  readonly headers: readonly string[]
  /** The names of its query parameters, in order. */
  readonly queries: readonly string[]
  /** Values of headers (`header x-canary`) and query parameters (`query version`) that a rule matches on. Never a credential's. */
  readonly values: Readonly<Record<string, string>>
  /** Who called, where that is known for certain. */
  readonly caller?: string | undefined
  readonly class: Priority
  /** Are there more names, or more of the path, than a shape has room for? */
  readonly isCut?: boolean | undefined
}

/** Shapes that one isolate has drawn since it last told of them. */
export interface Sample {
  /** The share of requests that is drawn, above 0 up to 1. */
  readonly share: number
  /** Requests that were drawn. Where they are more than `shapes`, the others had no room. */
  readonly drawn: number
  readonly shapes: readonly Shape[]
}

/** How many requests each shape of a sample stands for. */
export function weightOf({ share, drawn, shapes }: Sample): number {
  return shapes.length === 0 ? 0 : drawn / share / shapes.length
}

/** The key of a header's value, or of a query parameter's. */
export const headerKey = (name: string) => `header ${name}`
export const queryKey = (name: string) => `query ${name}`

/** Names whose values are never kept, even where a rule matches on them. */
const CREDENTIAL =
  /auth|token|secret|pass|cookie|credential|session|signature|api[-_]?key|jwt|csrf|xsrf|otp|^(?:key|sig|code|pw|pin)$/i

export function isCredential(name: string): boolean {
  return CREDENTIAL.test(name)
}
