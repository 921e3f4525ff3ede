/** A column of filters over a service, whose order the compiler checks. */
import { type Filter, nothing, type Service } from './service.ts'

export interface Stack<Top, Here> {
  /** The request meets filters in the order in which they are pushed. */
  push<Gives>(filter: Filter<Here, Gives>): Stack<Top, Here & Gives>
  /** Ends the column in the service that answers. */
  over(service: Service<Here>): Service<Top>
}

/**
 * An empty column: what is pushed first is met first. A filter that needs what none above it gives does not compile.
 *
 * @example
 * const service = stack<RequestContext>().push(rescue).push(deadline).over(send)
 */
export const stack = <Top extends object>(): Stack<Top, Top> => build<Top, Top>((service) => service)

function build<Top, Here extends object>(wrap: (service: Service<Here>) => Service<Top>): Stack<Top, Here> {
  return {
    push: <Gives>(filter: Filter<Here, Gives>) =>
      build<Top, Here & Gives>((inner) =>
        wrap((request, context) => {
          try {
            return filter(request, context, (next, gives) => inner(next, laid(context, gives)))
          } catch (error) {
            // So that those above hear of it by the promise alone.
            return Promise.reject(error)
          }
        }),
      ),
    over: wrap,
  }
}

/**
 * What a filter gives, over what there was: each attempt has a context of its own, and none is ever changed.
 *
 * The copy is written into name by name, since the engine is quick at copying what always has one shape, and slow at
 * joining many: a context that has room for all that will be given (`mesh/named.ts`) keeps its shape.
 */
function laid<Here extends object, Gives>(context: Here, gives: Gives): Here & Gives {
  if (gives === nothing) return context as Here & Gives
  const copy = { ...context } as Record<string, unknown>
  for (const name in gives) copy[name] = gives[name]
  return copy as Here & Gives
}
