/** Gives the rule of a request, and which of its backends takes it. */
import type { Clock } from '../../core/clock.ts'
import type { Endpoint } from '../../core/endpoint.ts'
import { MeshError } from '../../core/errors.ts'
import { plainPath } from '../../core/path.ts'
import type { Receipt } from '../../core/receipt.ts'
import type { Filter } from '../../core/service.ts'
import { asked } from './asked.ts'
import type { Route, Routes, Weighed } from './routes.ts'
import { markOf, type Ticket } from './session.ts'

interface Needs<Live> {
  readonly clock: Clock
  /** The name that was called. */
  readonly name: string
  readonly path: string
  readonly receipt: Receipt
  /** Where the record of the service was found. */
  readonly key: string
  readonly service: Live
}

/** What is written over only where it is another: to copy a context costs as much as to match it. */
export interface Routed<Way, Live> {
  readonly plan: Way
  readonly backend: Weighed<Way>
  readonly route: Route<Way>
  /** Given where the rules of a wildcard matched. */
  readonly service?: Live
  /** Given where it had steps up: without them, as the rules saw it. */
  readonly path?: string
  /** Given where the caller has a session. */
  readonly ticket?: Ticket
  /** Is this the endpoint of the caller's session? */
  readonly isKept?: (endpoint: Endpoint) => boolean
}

/** A service, and the key of its record. */
export interface Wider<Live> {
  readonly service: Live
  readonly key: string
}

/**
 * Beneath resolve: where no rule of the record matches, the less specific wildcards are asked in turn.
 *
 * @param wider the record of the next less specific wildcard of a key, if there is one.
 * @param all the only rule of a record that has none.
 */
export function route<Way, Live extends { readonly routes: Routes<Way> | undefined }, Asking>(
  wider: (key: string, context: Asking) => Promise<Wider<Live> | undefined>,
  all: Route<Way>,
): Filter<Asking & Needs<Live>, Routed<Way, Live>> {
  return function route(request, context, next) {
    const path = plainPath(context.path)
    const said = asked(request, path, context.name)
    const { service, key } = context
    const route = service.routes ? service.routes.find(said) : all
    return route ? taken(service, route) : elsewhere(key)

    async function elsewhere(key: string): Promise<Response> {
      const found = await wider(key, context)
      if (!found) throw new MeshError('route_not_found', `No rule matches ${said.method} ${said.path}.`)
      const route = found.service.routes ? found.service.routes.find(said) : all
      return route ? taken(found.service, route) : elsewhere(found.key)
    }

    function taken(found: Live, route: Route<Way>): Promise<Response> {
      context.receipt.rule = route.label
      const ticket = route.session?.read(request.headers, context.clock.now())
      const kept = ticket && route.ways.find((way) => markOf(way.name ?? '') === ticket.backend)
      const backend = kept ?? route.choose()
      if (!backend)
        return Promise.reject(new MeshError('backend_not_found', `No backend of ${route.label} has a weight above 0.`))
      const gives = { plan: backend.way, backend, route }
      const isAsItWas = found === service && path === context.path && !ticket
      return next(
        request,
        isAsItWas ? gives : { ...gives, service: found, path, ...(kept && ticket && session(ticket)) },
      )
    }
  }
}

/** The caller comes back. */
function session(ticket: Ticket) {
  return { ticket, isKept: (endpoint: Endpoint) => markOf(endpoint.id) === ticket.endpoint }
}
