/** Who calls, and what shows it. No header is evidence by itself. */
import type { ServiceName } from './endpoint.ts'

/**
 * - `member`: belongs to the mesh.
 * - `guest`: an issuer outside of the mesh knows it.
 * - `stranger`: nobody knows who it is.
 */
export type CallerClass = 'member' | 'guest' | 'stranger'

/**
 * What shows who calls:
 * - `binding`: the service binding that the request came by names its caller in `props`.
 * - `vouched`: a mesh that the binding trusts says it (`props.vouches` and the header `selvedge-caller`).
 * - `identity`: a token of the mesh that is for this receiver alone (`selvedge-identity`).
 * - `issuer`: a token of an issuer that the mesh was told of.
 * - `member`: the request came by the entrance for members, by a binding that names nobody.
 * - `own`: the mesh is the function itself, under its configured name.
 * - `none`: nothing.
 */
export type Proof = 'binding' | 'vouched' | 'identity' | 'issuer' | 'member' | 'own' | 'none'

export interface Caller {
  /** Where it is known for certain. */
  readonly name: ServiceName | undefined
  readonly proof: Proof
}

/** Nothing is known of the caller. */
export const STRANGER: Caller = Object.freeze({ name: undefined, proof: 'none' })
/** It belongs to the mesh, and is called nothing. */
export const NAMELESS: Caller = Object.freeze({ name: undefined, proof: 'member' })

export function classOf(proof: Proof): CallerClass {
  if (proof === 'issuer') return 'guest'
  return proof === 'none' ? 'stranger' : 'member'
}
