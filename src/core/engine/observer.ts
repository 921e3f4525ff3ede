/** Makes filters of observers. */
import { type Observer, run, watching } from './run.ts'
import { type Filter, nothing } from './service.ts'

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
export function observerOf(filter: object): Observer<object> | undefined {
  return (filter as Partial<ObserverFilter<object>>).observer
}

/** What was written into a copy of a context. */
function given(own: object, context: object): object {
  const news = Object.entries(own).filter(([name, value]) => value !== (context as Record<string, unknown>)[name])
  return news.length === 0 ? nothing : Object.fromEntries(news)
}
