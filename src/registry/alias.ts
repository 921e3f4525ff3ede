/** Names that stand for names. */
import type { ServiceName } from '../core/endpoint.ts'
import { MeshError } from '../core/errors.ts'
import type { Found } from './known.ts'
import type { Asking, Snapshot } from './snapshot.ts'

/** Aliases followed for one call, at most. */
const MAX_DEPTH = 8

export interface Followed {
  /** The record at the end of the path. */
  readonly found: Found
  /** The name that was called, then each alias in turn. */
  readonly path: readonly ServiceName[]
  /** The key under which the record of the name that was called stands. */
  readonly key: string
}

/**
 * The record that a name leads to. Where a record names several, it is the first that has a usable endpoint, or else the
 * first that is there.
 *
 * @param isUsable is there an endpoint that a request could be sent to?
 * @throws {MeshError} `service_not_found`, `loop_detected` for a cycle or more than eight aliases, and what
 * {@link Snapshot.find} throws.
 */
export async function follow(
  snapshot: Snapshot,
  name: ServiceName,
  asking: Asking,
  isUsable: (found: Found) => boolean,
): Promise<Followed> {
  const found = await snapshot.find(name, asking)
  if (!found) throw notFound(name, [name])
  const { key, record } = found
  if (record.alias === undefined) return { found, path: [name], key }
  const end = await first(snapshot, [name], record.alias, asking, isUsable, new Set())
  if (!end.found) throw notFound(name, end.path)
  return { found: end.found, path: end.path, key }
}

/** Where a path ends: at a record, or at a name that nothing stands under. */
interface End {
  readonly found: Found | undefined
  readonly path: readonly ServiceName[]
}

async function first(
  snapshot: Snapshot,
  path: readonly ServiceName[],
  names: readonly ServiceName[],
  asking: Asking,
  isUsable: (found: Found) => boolean,
  seen: Set<ServiceName>,
): Promise<End> {
  let best: End | undefined
  for (const name of names) {
    const longer = [...path, name]
    if (path.includes(name) || path.length > MAX_DEPTH) {
      throw new MeshError('loop_detected', `Aliases go round or too deep: ${longer.join(' → ')}.`, { service: path[0] })
    }
    // What was looked at on another path has been found wanting there.
    if (seen.has(name)) continue
    seen.add(name)
    const found = await snapshot.find(name, asking)
    const alias = found?.record.alias
    const end = alias ? await first(snapshot, longer, alias, asking, isUsable, seen) : { found, path: longer }
    // The last word on one name needs no looking for another.
    if (names.length === 1 || (end.found && isUsable(end.found))) return end
    if (!best?.found && (end.found || !best)) best = end
  }
  return best ?? { found: undefined, path }
}

function notFound(called: ServiceName, path: readonly ServiceName[]): MeshError {
  const road = path.length > 1 ? ` (${path.join(' → ')})` : ''
  return new MeshError('service_not_found', `No service is called "${path.at(-1)}"${road}.`, { service: called })
}
