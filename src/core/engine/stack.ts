/**
 * A column of filters over a service, whose order the compiler checks; and the run, in which the filters that only look are met.
 *
 * **observer**: a filter that looks on the way down and up, and goes on once. **run**: observers that stand one beneath the other; they
 * share one context. **branch**: where the requests leave a run that have use for a filter which most have not. **room**: what a context
 * has place for from the start. docs/engine.md is the page on it.
 */
import { type Filter, nothing, type Service } from './service.ts'

/** Room for what is given: written on the way down, read on the way up and by all beneath. */
export type Room<Gives> = { -readonly [Name in keyof Gives]?: Gives[Name] }

/**
 * Whoever goes on exactly once, with the request it was given, can be one: then it costs no promise, no closure and no copy
 * of the context. Observers that stand one beneath the other share a copy, into which each writes what it gives; so a name
 * that two of a run give is on the way up what the lower one gave.
 */
export interface Observer<Needs, Gives = unknown> {
  /** On the way down. What it throws refuses the request; what it has to wait for, it returns. */
  enter?(request: Request, context: Needs & Room<Gives>): Promise<void> | undefined
  /** An answer goes up: this one, or the one that is returned. */
  answered?(response: Response, context: Needs & Room<Gives>, request: Request): Response
  /** An error goes up, or the one that is thrown. What is returned is an answer in its place. */
  failed?(error: unknown, context: Needs & Room<Gives>, request: Request): Response | undefined
}

/** A filter that a stack may run as the observer it is. */
export interface ObserverFilter<Needs, Gives = unknown> extends Filter<Needs, Gives> {
  readonly observer: Observer<Needs, Gives>
}

/**
 * Makes a filter of an observer.
 *
 * @param name of the filter, as a function has one.
 * @example
 * const loop = observer<{ hops: number }>('loop', {
 *   enter(_, { hops }) {
 *     if (hops >= 16) throw new MeshError('loop_detected', `The request has made ${hops} hops.`)
 *   },
 * })
 */
export function observer<Needs extends object, Gives = unknown>(
  name: string,
  observer: Observer<Needs, Gives>,
): ObserverFilter<Needs, Gives> {
  const filter: Filter<Needs, Gives> = (request, context, next) =>
    run([watching(observer)], request, { ...context }, (_, own) => next(request, given(own, context) as Gives))
  return Object.assign(Object.defineProperty(filter, 'name', { value: name }), { observer })
}

/** The observer that a filter is, if it is one. */
function observerOf(filter: object): Observer<object> | undefined {
  return (filter as Partial<ObserverFilter<object>>).observer
}

/** What was written into a copy of a context. */
function given(own: object, context: object): object {
  const news = Object.entries(own).filter(([name, value]) => value !== (context as Record<string, unknown>)[name])
  return news.length === 0 ? nothing : Object.fromEntries(news)
}

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
        const aside = branch(isMet as (context: object) => boolean, over(filter, past) as Service<object>)
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

/**
 * A step of a run: an observer; or a branch, at which the requests of whose context a condition holds leave for another
 * service. Both have all fields: the engine is quick where all steps have one shape.
 */
interface Step {
  readonly enter: Observer<object>['enter']
  readonly answered: Observer<object>['answered']
  readonly failed: Observer<object>['failed']
  readonly isMet: ((context: object) => boolean) | undefined
  readonly service: Service<object> | undefined
}

/** A step that is an observer. */
function watching({ enter, answered, failed }: Observer<object>): Step {
  return { enter, answered, failed, isMet: undefined, service: undefined }
}

/** A step at which a request leaves for `service` where `isMet`. */
function branch(isMet: (context: object) => boolean, service: Service<object>): Step {
  return { enter: undefined, answered: undefined, failed: undefined, isMet, service }
}

/**
 * Leads a request down past the steps of a run to the service at its end, or at a branch, and what comes of it back up.
 *
 * @param own a context that nobody else reads: what the observers give is written into it.
 * @param from the step to begin with.
 */
function run<Context extends object>(
  steps: readonly Step[],
  request: Request,
  own: Context,
  service: Service<Context>,
  from = 0,
): Promise<Response> {
  let depth = from
  const failed = (error: unknown) => risen(steps, depth, undefined, error, own, request)
  let answer: Promise<Response> | undefined
  try {
    for (; answer === undefined && depth < steps.length; depth++) {
      const { enter, isMet, service: other } = steps[depth] as Step
      if (isMet?.(own)) answer = other?.(request, own)
      const wait = enter?.(request, own)
      if (wait) return wait.then(() => run(steps, request, own, service, depth + 1), failed)
    }
    answer ??= service(request, own)
  } catch (error) {
    return new Promise((resolve) => resolve(failed(error)))
  }
  return answer.then((response) => risen(steps, depth, response, undefined, own, request), failed)
}

/** Leads an answer, or an error, up past the first `depth` steps, the innermost first. */
function risen(
  steps: readonly Step[],
  depth: number,
  answer: Response | undefined,
  error: unknown,
  context: object,
  request: Request,
): Response {
  let response = answer
  let reason = error
  for (let index = depth - 1; index >= 0; index--) {
    const { answered, failed } = steps[index] as Step
    try {
      if (response === undefined) response = failed?.(reason, context, request)
      else if (answered) response = answered(response, context, request)
    } catch (thrown) {
      response = undefined
      reason = thrown
    }
  }
  if (response === undefined) throw reason
  return response
}
