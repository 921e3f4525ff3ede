/** A column of filters over a service, whose order the compiler checks. */
import { observerOf } from './observer.ts'
import { run, type Step, turning, watching } from './run.ts'
import { type Filter, nothing, type Service } from './service.ts'

/** `Names`: what its context has room for. */
export interface Stack<Top, Here, Names = PropertyKey> {
  /** The request meets filters in the order in which they are pushed. */
  push<Gives>(filter: Filter<Here, Gives> & Fits<Gives, Names>): Stack<Top, Here & Gives, Names>
  /** A filter that most requests have no need of: those go past it, as if it were not there. */
  pushWhere<Gives>(
    isMet: (context: Here) => boolean,
    filter: Filter<Here, Gives> & Fits<Gives, Names>,
  ): Stack<Top, Here & Partial<Gives>, Names>
  /** Ends the column in the service that answers. */
  over(service: Service<Here>): Service<Top>
}

/** No filter is this that gives a name there is no room for. */
type Fits<Gives, Names> = PropertyKey extends Names
  ? unknown
  : [Exclude<keyof Gives, Names>] extends [never]
    ? unknown
    : { readonly noRoomFor: Exclude<keyof Gives, Names> }

/**
 * An empty column: what is pushed first is met first. A filter that needs what none above it gives does not compile, nor
 * one that gives what the context has no room for, where `Names` says what that is.
 *
 * @example
 * const service = stack<RequestContext>().push(rescue).push(deadline).over(send)
 */
export const stack = <Top extends object, Names = PropertyKey>(): Stack<Top, Top, Names> =>
  build<Top, Top, Names>(({ steps, service }) =>
    steps.length === 0 ? service : (request, context) => run(steps, request, { ...context }, service),
  )

/** What is beneath some filter: steps that are met one after the other, and share a context; at their end, a service. */
interface Run<Here> {
  readonly steps: readonly Step[]
  readonly service: Service<Here>
}

/** Puts the filters so far over what is beneath them. */
type Wrap<Top, Here> = (run: Run<Here>) => Service<Top>

function build<Top, Here extends object, Names>(wrap: Wrap<Top, Here>): Stack<Top, Here, Names> {
  return {
    push<Gives>(filter: Filter<Here, Gives>) {
      const observer = observerOf(filter)
      return build<Top, Here & Gives, Names>(({ steps, service }) =>
        wrap(
          observer
            ? // What it gives is in the context for all that stands beneath.
              { steps: [watching(observer), ...steps], service: service as Service<Here> }
            : { steps: [], service: over(filter, { steps, service }) },
        ),
      )
    },
    pushWhere<Gives>(isMet: (context: Here) => boolean, filter: Filter<Here, Gives>) {
      return build<Top, Here & Partial<Gives>, Names>((beneath) => {
        const past = beneath as Run<Here>
        const aside = turning(isMet as (context: object) => boolean, over(filter, past) as Service<object>)
        return wrap({ steps: [aside, ...past.steps], service: past.service })
      })
    },
    over: (service) => wrap({ steps: [], service }),
  }
}

/** A filter that goes on by itself, over what is beneath it. */
function over<Here extends object, Gives>(
  filter: Filter<Here, Gives>,
  { steps, service }: Run<Here & Gives>,
): Service<Here> {
  const isLast = steps.length === 0
  return (request, context) => {
    try {
      return filter(request, context, (next, gives) => {
        const own = laid(context, gives, isLast)
        return isLast ? service(next, own) : run(steps, next, own, service)
      })
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
 * joining many: a context that has room for all that will be given (`mesh/call-context.ts`) keeps its shape.
 */
function laid<Here extends object, Gives>(context: Here, gives: Gives, isShared: boolean): Here & Gives {
  if (gives === nothing && isShared) return context as Here & Gives
  const copy = { ...context } as Record<string, unknown>
  for (const name in gives) copy[name] = gives[name]
  return copy as Here & Gives
}
