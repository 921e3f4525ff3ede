/** A column of filters over a service, whose order the compiler checks. */
import { type Observer, observed, observerOf } from './observer.ts'
import { type Filter, nothing, type Service } from './service.ts'

export interface Stack<Top, Here> {
  /** The request meets filters in the order in which they are pushed. */
  push<Gives>(filter: Filter<Here, Gives>): Stack<Top, Here & Gives>
  /**
   * A filter that most requests have no need of: those go past it, as if it were not there.
   *
   * @param isMet asked before the observers that stand next above, so it reads nothing of what they give.
   */
  pushWhere<Gives>(isMet: (context: Here) => boolean, filter: Filter<Here, Gives>): Stack<Top, Here & Partial<Gives>>
  /** Ends the column in the service that answers. */
  over(service: Service<Here>): Service<Top>
}

/**
 * An empty column: what is pushed first is met first. A filter that needs what none above it gives does not compile.
 *
 * @example
 * const service = stack<RequestContext>().push(rescue).push(deadline).over(send)
 */
export const stack = <Top extends object>(): Stack<Top, Top> =>
  build<Top, Top>((ways) => {
    const [way, ...others] = ways
    // A service without a filter is itself.
    if (way && way.run.length === 0 && others.length === 0) return way.service
    return (request, context) => taken(ways, request, { ...context })
  })

/** One way on: past observers that stand next to each other, and share a context that is theirs to write in. */
interface Way<Here> {
  isMet(context: Here): boolean
  readonly run: readonly Observer<object>[]
  readonly service: Service<Here>
}

/** Puts the filters so far over what is beneath them: the first way whose condition is met is taken. */
type Wrap<Top, Here> = (ways: readonly Way<Here>[]) => Service<Top>

function build<Top, Here extends object>(wrap: Wrap<Top, Here>): Stack<Top, Here> {
  return {
    push<Gives>(filter: Filter<Here, Gives>) {
      const observer = observerOf(filter)
      return build<Top, Here & Gives>((ways) =>
        // What observers give is in the context when their run ends, so what needs it can stand where nothing seems to give it.
        wrap(
          observer
            ? (ways as readonly Way<Here>[]).map((way) => ({ ...way, run: [observer, ...way.run] }))
            : [{ isMet: always, run: [], service: over(filter, ways) }],
        ),
      )
    },
    pushWhere<Gives>(isMet: (context: Here) => boolean, filter: Filter<Here, Gives>) {
      return build<Top, Here & Partial<Gives>>((ways) => {
        const past = ways as readonly Way<Here>[]
        return wrap([{ isMet, run: [], service: over(filter, past) }, ...past])
      })
    },
    over: (service) => wrap([{ isMet: always, run: [], service }]),
  }
}

const always = () => true

function taken<Here extends object>(ways: readonly Way<Here>[], request: Request, own: Here): Promise<Response> {
  for (const { isMet, run, service } of ways) {
    if (isMet(own)) return run.length === 0 ? service(request, own) : observed(run, request, own, service)
  }
  throw new RangeError('The last way of a stack is open to all.')
}

/** A filter that goes on by itself, over what is beneath it. */
function over<Here extends object, Gives>(
  filter: Filter<Here, Gives>,
  ways: readonly Way<Here & Gives>[],
): Service<Here> {
  const isObserved = ways.some(({ run }) => run.length > 0)
  return (request, context) => {
    try {
      return filter(request, context, (next, gives) => taken(ways, next, laid(context, gives, isObserved)))
    } catch (error) {
      // So that those above hear of it by the promise alone.
      return Promise.reject(error)
    }
  }
}

/**
 * What a filter gives, over what there was: each attempt has a context of its own, and none is changed by those beneath.
 *
 * The copy is written into name by name, since the engine is quick at copying what always has one shape, and slow at
 * joining many: a context that has room for all that will be given (`mesh/named.ts`) keeps its shape.
 */
function laid<Here extends object, Gives>(context: Here, gives: Gives, isObserved: boolean): Here & Gives {
  if (gives === nothing && !isObserved) return context as Here & Gives
  const copy = { ...context } as Record<string, unknown>
  for (const name in gives) copy[name] = gives[name]
  return copy as Here & Gives
}
