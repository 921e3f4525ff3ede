/** A filter that leaves it to the stack to go on: it looks at a request on its way down, and at what came of it on its way up. */
import { type Filter, nothing, type Service } from './service.ts'

/** Room for what is given: written on the way down, read on the way up and by all beneath. */
export type Room<Gives> = { -readonly [Name in keyof Gives]?: Gives[Name] }

/**
 * Whoever goes on exactly once, at once, and waits for nothing can be one: then it costs no promise, no closure and no copy
 * of the context. Observers that stand one beneath the other share a copy, into which each writes what it gives; so within
 * such a run a name is given once.
 */
export interface Observer<Needs, Gives = unknown> {
  /** On the way down. What it throws refuses the request. */
  enter?(request: Request, context: Needs & Room<Gives>): void
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
    observed([observer], request, { ...context }, (_, own) => next(request, given(own, context) as Gives))
  return Object.assign(Object.defineProperty(filter, 'name', { value: name }), { observer })
}

/** The observer that a filter is, if it is one. */
export function observerOf(filter: object): Observer<object> | undefined {
  return (filter as Partial<ObserverFilter<object>>).observer
}

/**
 * Leads a request down past observers, in the order given, to a service, and what comes of it back up past them.
 *
 * @param own a context that nobody else reads: what the observers give is written into it.
 */
export function observed<Context extends object>(
  observers: readonly Observer<object>[],
  request: Request,
  own: Context,
  service: Service<Context>,
): Promise<Response> {
  let depth = 0
  let answer: Promise<Response>
  try {
    for (; depth < observers.length; depth++) observers[depth]?.enter?.(request, own)
    answer = service(request, own)
  } catch (error) {
    return new Promise((resolve) => resolve(risen(observers, depth, undefined, error, own, request)))
  }
  return answer.then(
    (response) => risen(observers, depth, response, undefined, own, request),
    (error) => risen(observers, depth, undefined, error, own, request),
  )
}

/** What the outermost of the first `depth` observers makes of it. */
function risen(
  observers: readonly Observer<object>[],
  depth: number,
  answer: Response | undefined,
  error: unknown,
  context: object,
  request: Request,
): Response {
  let response = answer
  let reason = error
  for (let index = depth - 1; index >= 0; index--) {
    const observer = observers[index] as Observer<object>
    try {
      if (response === undefined) response = observer.failed?.(reason, context, request)
      else if (observer.answered) response = observer.answered(response, context, request)
    } catch (thrown) {
      response = undefined
      reason = thrown
    }
  }
  if (response === undefined) throw reason
  return response
}

/** What was written into a copy of a context. */
function given(own: object, context: object): object {
  const news = Object.entries(own).filter(([name, value]) => value !== (context as Record<string, unknown>)[name])
  return news.length === 0 ? nothing : Object.fromEntries(news)
}
