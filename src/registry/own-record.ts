/** A registry with one record more: that of the function itself, read from the mesh's admin API. */
import type { ServiceName } from '../core/endpoint.ts'
import { isPrivateAddress } from '../core/text/private-address.ts'
import { keyOf, nameOf } from './keys.ts'
import type { Entry, Registry } from './registry.ts'

export interface OwnRecordOptions {
  /** What the function is called: the `name` that its mesh is made with. */
  name: ServiceName
  /** The address of the mesh: https, or http on this machine. */
  mesh: string
  /** A token of the admin API, role `read`, for this name and the wildcards that may answer for it. */
  token: string
  /** Default: the platform's. */
  fetch?: typeof fetch
}

/**
 * Whoever calls a function must be let in by the record of its name, and `viaMesh` knows no records. With this one the function reads
 * `access` of its own, and obeys it: fresh for `freshMs`, then stale for `maxStaleMs` while the mesh does not answer. Where it was never read the function
 * answers `registry_unavailable`, 503, to everybody.
 *
 * @param beneath what answers for all other names, and says where the own name is called.
 * @throws {TypeError} for an address where others could read the token, and for a token that is not there.
 * @example ownRecord(viaMesh(MESH), { name: 'users', mesh: MESH, token: process.env.SELVEDGE_TOKEN })
 */
export function ownRecord(beneath: Registry, options: OwnRecordOptions): Registry {
  const { name, mesh, token, fetch: ask = fetch } = options
  if (!isPrivateAddress(mesh)) {
    throw new TypeError(`mesh is an https:// address (http:// on this machine); got ${JSON.stringify(mesh)}.`)
  }
  if (typeof token !== 'string' || token === '')
    throw new TypeError('token is a token of the admin API; there is none.')
  const records = `${mesh.replace(/\/+$/, '')}/-/api/v1/services/`
  const ownKey = keyOf(name)

  /** Of the first that there is, as everywhere. */
  async function accessOf(keys: readonly string[]): Promise<unknown> {
    for (const key of keys) {
      const found = await recordOf(key)
      if (found === undefined) continue
      const { access, alias } = found as { access?: unknown; alias?: unknown }
      // It says nothing of who may call: the record at its end does, which this token may not even read.
      if (alias !== undefined)
        throw new Error(`"${nameOf(key)}" is an alias: name the function as the record at its end.`)
      return access
    }
    return undefined
  }

  /** The record as it is written; `undefined` where there is none. */
  async function recordOf(key: string): Promise<unknown> {
    const answer = await ask(records + encodeURIComponent(nameOf(key)), {
      headers: { authorization: `Bearer ${token}`, accept: 'application/json' },
      redirect: 'manual',
    })
    const told = (await answer.json().catch(() => ({}))) as { record?: unknown; code?: unknown }
    if (answer.status === 200 && told.record !== undefined) return told.record
    // An API that is switched off answers 404, too, and would open the function.
    if (answer.status === 404 && told.code === 'not_found') return undefined
    throw new Error(`The mesh answered ${answer.status} to a look at the record of "${nameOf(key)}".`)
  }

  return {
    subrequestsPerRead: beneath.subrequestsPerRead ?? 1,
    async read(keys) {
      const entries = await beneath.read(keys)
      if (keys[0] !== ownKey) return entries
      const access = await accessOf(keys)
      return access === undefined
        ? entries
        : entries.map((entry) => entry && { ...entry, text: withAccess(entry, access) })
    },
  }
}

/** Where it is called is said beneath: its own endpoints are for the mesh to reach. */
function withAccess({ text }: Entry, access: unknown): string {
  const written: unknown = text.trimStart().startsWith('{') ? JSON.parse(text) : { endpoints: [text] }
  return JSON.stringify({ ...(written as object), access })
}
