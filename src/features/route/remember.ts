/** Gives a caller the ticket with which it comes back to the endpoint that answered. */

import { type Filter, nothing } from '../../core/engine/service.ts'
import type { Receipt } from '../../core/receipt.ts'
import type { Clock } from '../../core/time/clock.ts'
import { remade } from '../../wire/answer/remade.ts'
import { markOf, type Session, type Ticket } from './session.ts'

interface RememberNeeds {
  readonly clock: Clock
  readonly receipt: Receipt
  readonly route?: { readonly session: Session | undefined } | undefined
  readonly backend?: { readonly name: string | undefined } | undefined
  readonly ticket?: Ticket | undefined
}

/** Above retry: only then is it known which attempt answered. */
export const remember: Filter<RememberNeeds> = function remember(
  request,
  { clock, receipt, route, backend, ticket },
  next,
) {
  const session = route?.session
  if (!session) return next(request, nothing)
  return next(request, nothing).then(async (response) => {
    const { attempts } = receipt
    // Of an attempt and its hedge either may have answered. In gRPC a status may say itself in trailers alone.
    const answered =
      attempts.findLast(({ status }) => status === response.status) ??
      attempts.findLast(({ status }) => status !== undefined)
    if (!answered) return response
    const now = { backend: markOf(backend?.name ?? ''), endpoint: markOf(answered.endpoint) }
    const isSame = ticket?.backend === now.backend && ticket.endpoint === now.endpoint
    if (isSame && (ticket.isSealed || !session.seals)) return response
    const told = remade(response)
    if (!told) return response
    const [name, value] = await session.write(now, clock.now(), request.url.startsWith('https:'))
    if (name === 'set-cookie') told.headers.append(name, value)
    // One of the backend's own beside it would come back as a ticket that nobody knows.
    else told.headers.set(name, value)
    return told
  })
}
