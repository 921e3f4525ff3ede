/** Asks the mesh at an address which revision serves there for a name. It calls no service. */
import { Fault } from '../../manifest/yaml/fault.ts'
import type { Seen, Served } from './place.ts'

const REVISION = 'selvedge-revision'
const GRANT = 'selvedge-grant'

/** As the mesh answers it at /-/healthz. */
interface Health {
  readonly isolate?: unknown
  readonly location?: unknown
  readonly revisions?: unknown
}

/** @throws {Fault} where the answer does not say: the grant is not believed there, or there is no mesh. */
export async function probed(send: typeof fetch, address: string, name: string, grant: string): Promise<Seen> {
  const response = await send(`${address}/-/healthz?service=${encodeURIComponent(name)}`, {
    headers: { [REVISION]: '1', [GRANT]: grant },
  })
  const health = await bodyOf(response)
  const { isolate, location, revisions } = health ?? {}
  if (health === undefined) throw new Fault(`${address} is no mesh: /-/healthz answered ${response.status}.`)
  if (typeof isolate !== 'string' || !Array.isArray(revisions)) {
    throw new Fault(
      `${address} does not say which revision serves: the mesh and its control plane need the same MESH_GRANT_KEY.`,
    )
  }
  return { isolate, location: typeof location === 'string' ? location : undefined, served: servedIn(revisions, name) }
}

async function bodyOf(response: Response): Promise<Health | undefined> {
  try {
    const body: unknown = await response.json()
    return response.ok && typeof body === 'object' && body !== null ? body : undefined
  } catch {
    return undefined
  }
}

/** Wildcards and aliases that were read on the way have entries of their own. */
function servedIn(revisions: readonly unknown[], name: string): Served {
  const entries = revisions as readonly { readonly name?: unknown; readonly revision?: unknown }[]
  const { revision = 'none' } = entries.find((one) => one?.name === name) ?? {}
  if (revision === 'none' || revision === 'unknown') return revision
  const number = Number(revision)
  return Number.isSafeInteger(number) ? number : 'unknown'
}
