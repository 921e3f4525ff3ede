/** A registry that sends every name to a mesh Worker: by a service binding, or by its address. */
import { isPrivateAddress } from '../core/text/private-address.ts'
import { nameOf } from './keys.ts'
import type { Registry } from './registry.ts'

/**
 * The mesh Worker looks each name up, so that the function needs no registry of its own. Its calls carry deadline, trace and
 * allowance as usual.
 *
 * @param to the name in `env` of a service binding to the mesh's entrypoint `MeshEntrypoint`, or the address of the mesh for
 * functions elsewhere (docs/elsewhere.md): https, or http on this machine. Default `MESH`.
 * @throws {TypeError} for an address where others could read what is sent.
 * @example const mesh = createMesh({ registry: viaMesh(), env })
 * @example const mesh = createMesh({ registry: viaMesh('https://mesh.example.com') })
 */
export function viaMesh(to = 'MESH'): Registry {
  const address = to.includes(':') && to.replace(/\/+$/, '')
  if (address && !isPrivateAddress(to)) throw new TypeError(`viaMesh takes a binding or https://…; got "${to}".`)
  return {
    subrequestsPerRead: 0,
    isRoad: true,
    async read(keys) {
      const [key = ''] = keys
      const endpoint = address ? { url: `${address}/svc/${nameOf(key)}` } : { binding: to }
      // No time limit here. The mesh Worker applies that of the real record, and the caller's.
      const text = JSON.stringify({ endpoints: [endpoint], timeouts: { request: '0s' } })
      return keys.map((_, index) => (index === 0 ? { text } : undefined))
    },
  }
}
