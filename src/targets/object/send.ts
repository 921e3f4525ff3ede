/** Durable Objects: the request says which one. */
import { MeshError } from '../../core/errors.ts'
import { bound } from '../bindings.ts'
import { type Callee, forwardInside } from '../forward.ts'
import type { Ways } from '../road.ts'
import type { Sent } from '../sent.ts'
import { OBJECTS } from './reach.ts'
import type { ObjectKey, ObjectTarget } from './schema.ts'

interface Objects {
  idFromName(name: string): unknown
  get(id: unknown): Callee
}

/** A stub that has failed stays broken: each attempt has its own. */
export async function sendToObject(
  { bindings }: Pick<Ways, 'bindings'>,
  request: Request,
  sent: Sent,
  { binding, key }: ObjectTarget,
): Promise<Response> {
  const objects = bound<Objects>(bindings, binding, OBJECTS)
  const stub = objects.get(objects.idFromName(objectName(key, sent)))
  try {
    return await forwardInside(stub, request, sent)
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause)
    // The platform has made the call again by itself, up to five times: not once more.
    throw new MeshError('endpoint_unreachable', `An object of ${binding} did not answer: ${said}`, {
      cause,
      verdict: 'stop',
    })
  }
}

function objectName(key: ObjectKey, { path, outgoing }: Sent): string {
  const name = read(key, path, outgoing)
  if (name) return name
  const where = key.from === 'path' ? `segment ${key.segment} of the path` : `${key.from} "${key.name}"`
  throw new MeshError('object_not_named', `Which object is meant is said in ${where}, which is not there.`)
}

function read(key: ObjectKey, path: string, headers: Headers): string | null | undefined {
  const query = path.indexOf('?')
  switch (key.from) {
    case 'name':
      return key.name
    case 'header':
      return headers.get(key.name)
    case 'query':
      return query === -1 ? undefined : new URLSearchParams(path.slice(query + 1)).get(key.name)
    case 'path':
      return decoded((query === -1 ? path : path.slice(0, query)).split('/')[key.segment])
  }
}

/** `a%2Fb` and `a/b` are different paths, and the object is called `a/b`; what cannot be decoded is taken as it is. */
function decoded(segment: string | undefined): string | undefined {
  try {
    return segment === undefined ? undefined : decodeURIComponent(segment)
  } catch {
    return segment
  }
}
