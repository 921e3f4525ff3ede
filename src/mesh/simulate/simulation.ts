/** What came of a simulation: plain values, as the API answers them. */
import type { MeshErrorCode } from '../../core/errors.ts'

/** Counts are requests; they are estimates where not every request was recorded. */
export interface Counts {
  readonly requests: number
  /** They go elsewhere, and arrive. */
  readonly moved: number
  /** They arrive now, and would be led nowhere. */
  readonly broken: number
  /** They are led nowhere now, and would arrive. */
  readonly mended: number
  /** Where they go hangs on what a shape does not tell. */
  readonly unknown: number
}

/** Where requests go. */
export interface Spot {
  /** The key of the record whose rules decide. */
  readonly record?: string | undefined
  readonly rule?: string | undefined
  /** The service whose endpoints are meant. */
  readonly backend?: string | undefined
  readonly endpoints: readonly string[]
  /** A filter of the rule answers: nothing is sent. */
  readonly answered?: 'redirect' | 'preflight' | undefined
  /** The caller gets this error of the mesh. */
  readonly error?: { readonly code: MeshErrorCode; readonly status: number } | undefined
}

export interface Move {
  readonly kind: 'moved' | 'broken' | 'mended'
  readonly from: Spot
  readonly to: Spot
  readonly requests: number
  /** Of the service's requests. */
  readonly percent: number
  /** One of them. */
  readonly example: { readonly method: string; readonly path: string }
  /** Whose they are, where they would be denied: ten names at most, `''` for callers without one. */
  readonly callers?: readonly string[] | undefined
}

export interface ServiceSimulation extends Counts {
  readonly name: string
  /** The largest first, 50 at most. */
  readonly moves: readonly Move[]
  /** Moves beyond those. */
  readonly more: number
  /** What was not told, as `header authorization` or `path`, with the requests that hang on it. */
  readonly untold: Readonly<Record<string, number>>
}

export interface Simulation extends Counts {
  /** Distinct shapes that were replayed. */
  readonly shapes: number
  /** Services of which there are shapes, in the order of their names. */
  readonly services: readonly ServiceSimulation[]
}
