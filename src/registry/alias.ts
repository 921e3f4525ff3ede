/** Names that stand for names. */
import type { ServiceName } from '../core/endpoint.ts'
import { MeshError } from '../core/errors.ts'
import type { Asking, Found, Snapshot } from './snapshot.ts'

/** Aliases followed for one call, at most. */
const MAX_DEPTH = 8

export interface Followed {
  /** The record at the end of the path. */
  readonly found: Found
  /** The name that was called, then each alias in turn. */
  readonly path: readonly ServiceName[]
}

/**
 * The record that a name leads to.
 *
 * @throws {MeshError} `service_not_found`, `loop_detected` for a cycle or more than eight aliases, and what
 * {@link Snapshot.find} throws.
 */
export async function follow(snapshot: Snapshot, name: ServiceName, asking: Asking): Promise<Followed> {
  const path = [name]
  for (let current = name; ; ) {
    const found = await snapshot.find(current, asking)
    if (!found) throw new MeshError('service_not_found', notFound(path), { service: name })
    const { alias } = found.record
    if (alias === undefined) return { found, path }
    if (path.includes(alias) || path.length > MAX_DEPTH) {
      throw new MeshError('loop_detected', `Aliases go round or too deep: ${[...path, alias].join(' → ')}.`, {
        service: name,
      })
    }
    path.push(alias)
    current = alias
  }
}

function notFound(path: readonly ServiceName[]): string {
  const last = path.at(-1)
  const road = path.length > 1 ? ` (${path.join(' → ')})` : ''
  return `No service is called "${last}"${road}.`
}
