/** What the isolates of a mesh have seen of its endpoints together: answered to isolates that ask, and written where a new one reads it. */

/** An endpoint that most isolates see failing, or far slower than the others of its service. */
export interface FleetEndpoint {
  /** The name whose record answered. */
  readonly service: string
  /** Its id, as on receipts. */
  readonly endpoint: string
  readonly state: 'failing' | 'slow'
  /** Milliseconds that an attempt takes: the median of what isolates measured. */
  readonly ms: number
  /** Isolates that have told of it lately. */
  readonly reporters: number
  /** Attempts that it is judged by; of one report four count at most. */
  readonly samples: number
  /** Milliseconds from the last report to the making of the view. */
  readonly ageMs: number
}

export interface FleetView {
  /** When it was made, in milliseconds since the Unix epoch. */
  readonly at: number
  /** Reports a second: the more there are, the more seldom one that reports is to try again. */
  readonly perSecond: number
  /** Those with the most reports first. One that is not here is not known to be bad. */
  readonly endpoints: readonly FleetEndpoint[]
}

/**
 * - `off`: an isolate goes by what it sees itself.
 * - `digests`: it hears of the others in the answers to its digests.
 * - `first`: also at its first request, by one more key of the first read of the registry.
 */
export type FleetMode = 'off' | 'digests' | 'first'

/** One alone says nothing, and two may be of one mind by chance. */
export const LEAST_REPORTERS = 3
/** Four attempts of each of three: fewer failures in a row are common where one request in ten fails. */
export const LEAST_SAMPLES = 12
/** What is older says nothing, in milliseconds: a minute between writings, a minute until KV shows them, and a minute more. */
export const MOST_AGE_MS = 180_000

/** @throws {TypeError} where it is none. */
export function fleetMode(said: string | undefined, name: string): FleetMode {
  if (said === undefined || said === 'off') return 'off'
  if (said === 'digests' || said === 'first') return said
  throw new TypeError(`${name} is off, digests or first; got "${said}".`)
}

/** The key of the registry's namespace under which it is written: of the mesh's Worker, or of a function that reports by itself. */
export function fleetKey(caller?: string): string {
  return caller === undefined ? 'fleet' : `fleet/${caller}`
}
