/** `/-/whoami`: what the mesh makes of whoever asks, and what shows it. */
import { type Caller, classOf } from '../../core/caller.ts'

export const WHOAMI_PATH = '/-/whoami'

/**
 * Only the data plane can say it: `props` are those of this request. It tells nobody more than who he is.
 *
 * @param trusted is what it says of deadline, allowance and priority believed?
 */
export function whoami({ name, proof }: Caller, trusted: boolean): Response {
  return Response.json(
    { caller: name ?? null, class: classOf(proof), proof, trusted },
    { headers: { 'cache-control': 'no-store' } },
  )
}
