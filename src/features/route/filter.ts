/** route: finds the rule that matches a request, and chooses one of its backends. */

import type { Endpoint } from '../../core/endpoint.ts'
import type { Room } from '../../core/engine/stack.ts'
import { type ObserverFilter, observer } from '../../core/engine/stack.ts'
import { MeshError } from '../../core/errors.ts'
import type { Receipt } from '../../core/receipt.ts'
import { plainPath } from '../../core/text/path.ts'
import type { Clock } from '../../core/time/clock.ts'
import { type Asked, asked } from './asked.ts'
import type { Route, Routes, Weighed } from './routes.ts'
import { markOf, type Ticket } from './session.ts'

interface RouteNeeds<Live> {
  readonly clock: Clock
  /** The name that was called. */
  readonly name: string
  readonly path: string
  readonly receipt: Receipt
  /** The registry key of the service's record. */
  readonly recordKey: string
  readonly service: Live
  /** Notes what a caller asks for that wants to know why. */
  readonly inquiry?: { readonly notes?: { drawing<Of>(choose: () => Of): Of } | undefined } | undefined
}

/** What route gives. Nothing where the record has no rules. */
export interface Routed<Way, Live> {
  readonly way?: Way
  readonly backend?: Weighed<Way>
  readonly route?: Route<Way>
  /** What the rules have looked at. */
  readonly asked?: Asked
  /** Services of the name of which no rule matched, before that of a wildcard. */
  readonly passedBy?: readonly Live[] | undefined
  /** The service of a wildcard, where one of its rules matched. */
  readonly service: Live
  /** The path without `..`, as the rules have matched it. */
  readonly path: string
  /** The session ticket of the caller, if it brought one. */
  readonly ticket?: Ticket
  /** Does the caller's session belong to this endpoint? */
  readonly isKept?: (endpoint: Endpoint, isDrained?: boolean) => boolean
  /** The service of the backend, where route has looked it up already. */
  readonly found?: Live | undefined
}

/** A service, and the key of its record. */
export interface Wider<Live> {
  readonly service: Live
  readonly recordKey: string
}

interface Routable<Way> {
  readonly routes: Routes<Way> | undefined
  readonly candidates: readonly unknown[]
}

/** Is there something to do for `route`, and for whatever does what its rules say? */
export function isRuled({ routes }: { readonly routes: object | undefined }): boolean {
  return routes !== undefined
}

/**
 * Beneath resolve. Where no rule of the record matches, the rules of the less specific wildcards are tried in turn.
 *
 * @param wider finds the next less specific wildcard, if there is one.
 * @param all the rule for a wildcard without rules: it matches everything.
 * @param find finds the service of a backend. `undefined` where it has no record.
 */
export function route<Way, Live extends Routable<Way>, Asking>(
  wider: (recordKey: string, context: Asking) => Promise<Wider<Live> | undefined>,
  all: Route<Way>,
  find: (name: string, context: Asking) => Promise<Live | undefined>,
): ObserverFilter<Asking & RouteNeeds<Live>, Routed<Way, Live>> {
  type Gives = Room<Routed<Way, Live>>
  type Within = Asking & RouteNeeds<Live> & Gives

  return observer('route', {
    enter(request, context) {
      const { service, recordKey }: RouteNeeds<Live> = context
      if (!service.routes) return undefined
      const gives: Gives = context
      gives.path = plainPath(context.path)
      const said = asked(request, gives.path, context.name)
      gives.asked = said
      const route = service.routes.find(said)
      return route ? taken(route, request, context) : elsewhere(recordKey, said, request, context)
    },
  })

  async function elsewhere(recordKey: string, said: Asked, request: Request, context: Within): Promise<void> {
    const found = await wider(recordKey, context)
    if (!found) throw new MeshError('route_not_found', `No rule matches ${said.method} ${said.path}.`)
    const { routes } = found.service
    const route = routes ? routes.find(said) : all
    if (!route) return elsewhere(found.recordKey, said, request, context)
    const gives: Gives = context
    gives.passedBy = [...(gives.passedBy ?? []), context.service]
    gives.service = found.service
    return taken(route, request, context)
  }

  function taken(route: Route<Way>, { headers }: Request, context: Within): Promise<void> | undefined {
    context.receipt.rule = route.label
    const ticket = route.session?.read(headers, context.clock.now())
    return ticket instanceof Promise
      ? ticket.then((ticket) => led(route, ticket, context))
      : led(route, ticket, context)
  }

  function led(route: Route<Way>, ticket: Ticket | undefined, context: Within): Promise<void> | undefined {
    // A session overrides the weights (GEP-1619), if the ticket has our seal.
    const isOpen = ({ weight }: Weighed<Way>) => weight > 0 || ticket?.isSealed
    const kept = ticket && route.ways.find((way) => markOf(way.name ?? '') === ticket.backend && isOpen(way))
    if (kept?.name === undefined) return leads(route, kept, ticket, context)
    // GEP-1619: where the backend is gone, the session starts again with another one.
    return find(kept.name, context).then((found) => {
      const isThere = found && found.candidates.length > 0
      const gives: Gives = context
      gives.found = isThere ? found : undefined
      return leads(route, isThere ? kept : undefined, ticket, context)
    })
  }

  function leads(
    route: Route<Way>,
    kept: Weighed<Way> | undefined,
    ticket: Ticket | undefined,
    context: Within,
  ): undefined {
    const notes = context.inquiry?.notes
    const backend = kept ?? (notes ? notes.drawing(route.choose) : route.choose())
    if (!backend) throw new MeshError('backend_not_found', `No backend of ${route.label} has a weight above 0.`)
    const gives: Gives = context
    gives.way = backend.way
    gives.backend = backend
    gives.route = route
    if (!kept || !ticket) return
    // The caller goes back to the endpoint of its session.
    gives.ticket = ticket
    gives.isKept = (endpoint, isDrained) =>
      markOf(endpoint.id) === ticket.endpoint && (!isDrained || ticket.isSealed === true)
  }
}
