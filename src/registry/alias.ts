/** Follows aliases: records that stand for other names. */
import type { ServiceName } from '../core/endpoint.ts'
import { MeshError } from '../core/errors.ts'
import type { Asking } from './asking.ts'
import type { Found } from './known.ts'
import type { Snapshot } from './snapshot.ts'

/** The most aliases followed for one call. */
const MAX_DEPTH = 8

export interface Followed {
  /** The record at the end of the path. */
  readonly found: Found
  /** The name that was called, then each alias in turn. */
  readonly path: readonly ServiceName[]
  /** The registry key of the record of the name that was called. */
  readonly key: string
}

/**
 * Finds the record that a name leads to. Where an alias lists several names, the first with a usable endpoint counts. Where
 * none has one, the first that has a record counts.
 *
 * @param isUsable does this record have an endpoint that can take a request?
 * @throws {MeshError} `service_not_found`, `loop_detected` for a cycle or more than eight aliases, and what
 * {@link Snapshot.find} throws.
 */
export async function follow(
  snapshot: Pick<Snapshot, 'find'>,
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

/** Where a path of aliases ends. `found` is `undefined` where the last name has no record. */
interface End {
  readonly found: Found | undefined
  readonly path: readonly ServiceName[]
}

async function first(
  snapshot: Pick<Snapshot, 'find'>,
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
    // Another path has led here already, and no endpoint was usable.
    if (seen.has(name)) continue
    seen.add(name)
    const found = await snapshot.find(name, asking)
    const alias = found?.record.alias
    const end = alias ? await first(snapshot, longer, alias, asking, isUsable, seen) : { found, path: longer }
    // A single name has no alternative.
    if (names.length === 1 || (end.found && isUsable(end.found))) return end
    if (!best?.found && (end.found || !best)) best = end
  }
  return best ?? { found: undefined, path }
}

function notFound(called: ServiceName, path: readonly ServiceName[]): MeshError {
  const road = path.length > 1 ? ` (${path.join(' → ')})` : ''
  return new MeshError('service_not_found', `No service is called "${path.at(-1)}"${road}.`, { service: called })
}
