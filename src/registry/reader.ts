/** Reads the registry for a request: for as long as that can wait, by its subrequests; and tells when the registry is lost, and when it is back. */
import { LEAST_USEFUL_MS, remaining } from '../core/deadline.ts'
import { MeshError } from '../core/errors.ts'
import type { Log } from '../core/log.ts'
import { within } from '../core/time/clock.ts'
import type { Asking } from './asking.ts'
import type { Entry, Registry } from './registry.ts'

/** How long the registry has to answer what waits for it, in milliseconds. */
export const REGISTRY_READ_MS = 1000

/**
 * @param what is looked for, in words: `where "users" is`.
 * @throws {MeshError} `registry_unavailable`; `deadline_exceeded` or `limit_subrequests` where the request has too little left.
 */
export type Read = (keys: readonly string[], what: string, asking: Asking) => Promise<readonly (Entry | undefined)[]>

/**
 * @param readMs the timeout of a read, in milliseconds.
 * @param log gets a line for a registry that does not answer.
 */
export function reader(registry: Registry, readMs: number, log: Log): Read {
  const { subrequestsPerRead = 1 } = registry
  let isLost = false

  return async function read(keys, what, { deadline, clock, subrequests }) {
    const waitMs = remaining(deadline, clock)
    const late = () =>
      waitMs < readMs
        ? new MeshError('deadline_exceeded', 'The deadline left too little time to read the registry.')
        : new MeshError('registry_unavailable', `The registry did not answer within ${readMs} ms.`)
    if (waitMs < LEAST_USEFUL_MS) throw late()
    if (!subrequests.take(subrequestsPerRead)) {
      throw new MeshError('limit_subrequests', `No subrequest is left for reading ${what}.`)
    }
    try {
      const entries = await within(clock, Math.min(waitMs, readMs), registry.read(keys), late)
      clock.turn?.()
      if (isLost) log({ level: 'warn', event: 'registry_back' })
      isLost = false
      return entries
    } catch (cause) {
      const error =
        cause instanceof MeshError
          ? cause
          : new MeshError('registry_unavailable', `The registry could not be read: ${cause}.`, { cause })
      // A caller with too little time does not mean that the registry fails.
      if (!isLost && error.code === 'registry_unavailable') {
        isLost = true
        log({ level: 'error', event: 'registry_lost', message: error.message })
      }
      throw error
    }
  }
}
