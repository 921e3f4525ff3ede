/** The whole suite: what is tested, and what is out of scope for a mesh without Gateways. */
import { backends } from './http-route/backends.ts'
import { cors } from './http-route/cors.ts'
import { headers } from './http-route/headers.ts'
import { limits } from './http-route/limits.ts'
import { matching } from './http-route/matching.ts'
import { mesh } from './http-route/mesh.ts'
import { mirrors } from './http-route/mirrors.ts'
import { redirects } from './http-route/redirects.ts'
import { reliability } from './http-route/reliability.ts'
import { rewrites } from './http-route/rewrites.ts'
import type { Feature, OutOfScope } from './requirement.ts'

/** Each feature once, with all that is asked of it. */
export const features: readonly Feature[] = joined([
  ...mesh,
  ...matching,
  ...backends,
  ...headers,
  ...redirects,
  ...rewrites,
  ...mirrors,
  ...cors,
  ...reliability,
  ...limits,
])

export const outOfScope: readonly OutOfScope[] = [
  {
    name: 'Gateway, GatewayClass, ListenerSet',
    level: 'Core',
    why: 'a mesh has no listeners: a service is called by its name',
  },
  {
    name: 'HTTPRoute.hostnames, several routes of one parent',
    level: 'Core',
    why: 'a record stands under its hostname, wildcards too; `convert` makes one record of all routes of a name, in the order of the specification: test/policy/manifest',
  },
  { name: 'ReferenceGrant', level: 'Core', why: 'a registry has no namespaces; GAMMA asks for none' },
  {
    name: 'TLSRoute, TCPRoute, UDPRoute, BackendTLSPolicy',
    level: 'Extended',
    why: 'the platform ends TLS, and speaks HTTP alone',
  },
  {
    name: 'HTTPRouteParentRefPort, HTTPRouteDestinationPortMatching',
    level: 'Extended',
    why: 'a name has no ports: that of the URL does not matter',
  },
  {
    name: 'MeshConsumerRoute',
    level: 'Extended',
    why: 'callers have no namespaces: the record of a name is for all of them',
  },
  {
    name: 'MeshClusterIPMatching',
    level: 'Extended',
    why: 'a service has no address beside its name',
  },
  {
    name: 'HTTPRouteBackendProtocolH2C',
    level: 'Extended',
    why: 'the platform does not let a Worker choose the protocol of a connection',
  },
  {
    name: 'HTTPRouteBackendProtocolWebSocket',
    level: 'Extended',
    why: 'every endpoint speaks it: shown by test/e2e/streams.test.ts, with no route involved',
  },
  { name: 'ExternalAuth', level: 'Experimental', why: 'access is a policy of the record' },
  { name: 'ExtensionRef', level: 'Implementation-specific', why: 'there are no extensions: refused, never skipped' },
  {
    name: 'Status conditions',
    level: 'Core',
    why: 'a record has no status: what would be `Accepted: False` is refused on writing',
  },
]

function joined(parts: readonly Feature[]): Feature[] {
  const byName = new Map<string, Feature>()
  for (const part of parts) {
    const known = byName.get(part.name)
    byName.set(part.name, known ? { ...known, requirements: [...known.requirements, ...part.requirements] } : part)
  }
  return [...byName.values()]
}
