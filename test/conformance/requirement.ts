/** What the Gateway API asks of an implementation, as data: a record, requests, and what must come of them. */

/** Services that a rule may name; `missing` stands in no registry. */
export type Backend = 'v1' | 'v2' | 'v3'

/** How far the specification wants it. */
export type Level = 'Core' | 'Extended' | 'Experimental' | 'Implementation-specific'

/** One sentence of the specification. */
export interface Requirement {
  /** What must hold. */
  readonly says: string
  /** Where the specification says so: the field, or the GEP. */
  readonly source: string
  /** Rules of the record under test. `{self}` in them is its name, `{v1}` the URL of a backend. Default: it has none. */
  readonly rules?: readonly object[]
  /** Further fields of that record. */
  readonly record?: object
  /** Further records: a key `x` stands under the name `{self}-x`. */
  readonly beside?: Readonly<Record<string, object>>
  /** Requests, one after the other, and what must come of each. */
  readonly steps?: readonly Step[]
  /** The record must be refused; the message names this JSON path. */
  readonly refused?: string
}

export interface Step {
  /** The key of the further record that is called. Default: the one under test. */
  readonly to?: string
  /** That Host says behind the name. Default: none. */
  readonly port?: number
  readonly method?: string
  /** Path and query. Default `/`. */
  readonly path?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** So many times. Default once. */
  readonly times?: number
  /** Send the cookies and the session header that earlier answers have set. */
  readonly inSession?: boolean
  readonly expect: Expectation
}

/** Header values are compared without the blanks around commas, since an implementation may write them or not. */
export interface Expectation {
  /** Default 200. Several: any of them. */
  readonly status?: number | readonly number[]
  /** Who must have been reached. */
  readonly backend?: Backend
  /** Nobody may be reached. */
  readonly nobody?: true
  /** Of the request that the backend saw. */
  readonly seen?: Sight
  /** Of all requests and copies that these backends saw. */
  readonly at?: Readonly<Partial<Record<Backend, Sight>>>
  /** Of the answer. Several values: any of them. `{host}` is the name that was called. */
  readonly answer?: {
    readonly headers?: Readonly<Record<string, string | readonly string[]>>
    readonly absent?: readonly string[]
    /** Among those that a page may read; `*` is not. */
    readonly exposes?: readonly string[]
  }
  /** Attributes of the cookie that the answer sets. */
  readonly cookie?: { readonly has?: readonly string[]; readonly lacks?: readonly string[] }
  /** Backends that must be sent a copy, and how many of all requests, as a share. */
  readonly copies?: Readonly<Partial<Record<Backend, number>>>
  /** How the requests are shared out: each backend's share of all, within one percent. `500` is the share that fails. */
  readonly shares?: Readonly<Partial<Record<Backend | '500', number>>>
  /** All requests of the step must reach the same backend, and the same as the step before where it is in session. */
  readonly sticky?: true
  /** Requests that a backend has been sent for this step, copies left out. */
  readonly attempts?: number
}

/** A request, as a backend sees it. */
export interface Sight {
  readonly path?: string
  readonly method?: string
  readonly body?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly absent?: readonly string[]
}

/** A group of requirements: one feature of the upstream project's list. */
export interface Feature {
  /** As the upstream project calls it (`pkg/features/httproute.go`). */
  readonly name: string
  readonly level: Level
  readonly requirements: readonly Requirement[]
}

/** What is not applicable to a mesh without Gateways, or is not there, and why. */
export interface OutOfScope {
  readonly name: string
  readonly level: Level
  readonly why: string
}
