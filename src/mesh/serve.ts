/** A handler as a service: it has until its caller's deadline, and its calls carry its context. */

import { remaining } from '../core/deadline.ts'
import type { Service } from '../core/engine/service.ts'
import { handedOn, MeshError } from '../core/errors.ts'
import { within } from '../core/time/clock.ts'
import type { Arrival, Arrived } from './accept.ts'
import type { Storage } from './options.ts'

/** A Worker's handler. */
export interface Handler<Env> {
  fetch(request: Request, env: Env, ctx: ExecutionContext): Response | Promise<Response>
}

/** A request that is about to reach a handler. */
export interface Served<Env> extends Arrival {
  readonly env: Env
  readonly ctx: ExecutionContext
}

/** What carries the context of a request to the calls of its handler. */
export interface Carrier {
  storage: Storage | undefined
  /** Makes one, where none was given: once, for the first request. */
  load: (() => Promise<Storage | undefined>) | undefined
}

/** Runs a handler within its context, and answers for it when its time is up. */
export function handled<Env>(handler: Handler<Env>, carrier: Carrier): Service<Arrived<Served<Env>>> {
  return async function handled(request, context) {
    const { clock, deadline } = context
    const { env, ctx } = context.arrival
    const left = remaining(deadline, clock)
    const late = () => new MeshError('deadline_exceeded', `No answer was ready within the ${Math.round(left)} ms left.`)
    if (left <= 0) throw late()
    const go = async () => {
      try {
        return await handler.fetch(request, env, ctx)
      } catch (error) {
        throw handedOn(error)
      } finally {
        // What the handler waited for by itself took its time.
        clock.turn?.()
      }
    }
    if (carrier.load) await load(carrier)
    const answer = carrier.storage ? carrier.storage.run(context, go) : go()
    return left === Number.POSITIVE_INFINITY ? answer : within(clock, left, answer, late)
  }
}

/** Two that come at once both load it, since a promise belongs to its request; the first to have it wins. */
async function load(carrier: Carrier): Promise<void> {
  const loaded = await carrier.load?.()
  carrier.storage ??= loaded
  carrier.load = undefined
}
