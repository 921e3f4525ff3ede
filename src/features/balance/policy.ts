/** By what an endpoint is chosen: `loadBalancer`. */
import * as v from 'valibot'
import { HEADER_NAME } from '../../schema/http.ts'
import { either, object, text } from '../../schema/kit.ts'

/** Algorithms that need to be told nothing. */
export const ALGORITHMS = ['peak-ewma', 'least-request', 'round-robin'] as const
const FORM = `"${ALGORITHMS.join('", "')}" or { "ringHash": { "header" } }`

export type LoadBalancer = (typeof ALGORITHMS)[number] | { ringHash: { header: string } }

export function loadBalancer() {
  const algorithm = v.picklist(ALGORITHMS, `Expected ${FORM}`)
  const keyed = object({ ringHash: object({ header: text(HEADER_NAME, 'the name of a header') }) }, FORM)
  return either<LoadBalancer>([algorithm, keyed], (value) =>
    typeof value === 'object' && value !== null ? keyed : algorithm,
  )
}

export interface BalancePolicy {
  /** Default `peak-ewma`: it leaves a slow endpoint within a request or two (research: 99.6 %, round robin 95.5 %). */
  readonly algorithm: (typeof ALGORITHMS)[number] | 'ring-hash'
  /** The header that says which requests belong together, in lower case. For `ring-hash` alone. */
  readonly hashHeader: string | undefined
}

export function balancePolicy(written: LoadBalancer = 'peak-ewma'): BalancePolicy {
  if (typeof written === 'string') return { algorithm: written, hashHeader: undefined }
  return { algorithm: 'ring-hash', hashHeader: written.ringHash.header.toLowerCase() }
}
