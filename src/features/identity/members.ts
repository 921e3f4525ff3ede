/** Which addresses belong to the mesh: what is sent to others says nothing of who calls, and grants nothing. */
import type { Endpoint, Target } from '../../core/endpoint.ts'
import { isPrivateAddress } from '../../core/text/private-address.ts'
import { matchesWildcard } from '../../core/text/wildcard.ts'

export interface Members {
  /** Does it belong to the mesh? Bindings, dispatched scripts, objects, functions that are invoked and queues do by nature. */
  includes(endpoint: Endpoint<Target>): boolean
}

/** @param hosts exact hosts, or `*.internal.example.com` for any depth beneath it: by https, or of this machine. */
export function members(hosts: readonly string[]): Members {
  const known = new WeakMap<Endpoint<Target>, boolean>()
  const patterns = hosts.map((host) => host.toLowerCase())

  function includes(endpoint: Endpoint<Target>): boolean {
    const { target, traits } = endpoint
    if (!traits.hasOwnHost) return true
    const { url, endpointUrl } = target as Target & { readonly url?: string; readonly endpointUrl?: string }
    const address = url ?? endpointUrl ?? ''
    // Who reads on the way would have the token, too.
    if (!isPrivateAddress(address)) return false
    const { hostname } = new URL(address)
    return patterns.some((said) => matchesWildcard(said, hostname))
  }

  return {
    includes(endpoint) {
      let isMember = known.get(endpoint)
      if (isMember === undefined) {
        isMember = includes(endpoint)
        known.set(endpoint, isMember)
      }
      return isMember
    },
  }
}
