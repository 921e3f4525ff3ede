/**
 * A column of filters over a service, whose order the compiler checks; and the run, in which the filters that only look are met.
 *
 * **observer**: a filter that looks on the way down and up, and goes on once. **run**: observers that stand one beneath the other; they
 * share one context. **branch**: where the requests leave a run that have use for a filter which most have not. **need**: what a service
 * has that gives a filter something to do. **room**: what a context has place for from the start. docs/engine.md is the page on it.
 */
import { down, type Hooks, type Need, runOf, type Step, stepOf } from './run.ts'
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
  const steps = [stepOf(observer as Hooks)]
  const filter: Filter<Needs, Gives> = (request, context, next) => {
    const service = (_: Request, own: object) => next(request, given(own, context) as Gives)
    return down(runOf(steps, service), request, { ...context })
  }
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
  /**
   * A filter that most requests have no need of: those go past it, as if it were not there.
   *
   * @param isNeeded for services of which none has it, there is not even the question. Default: all services may need it.
   */
  pushWhere<Gives>(
    isMet: (context: Here) => boolean,
    filter: Filter<Here, Gives> & Fits<Gives, Names>,
    isNeeded?: Need<ServiceOf<Here>>,
  ): Stack<Top, Here & Partial<Gives>, Names>
  /**
   * A filter that not all services need: for the others there is none.
   *
   * @param isNeeded is asked once a service, the one that the context has where a run comes to the first such filter.
   */
  pushFor<Gives>(
    isNeeded: Need<ServiceOf<Here>>,
    filter: Filter<Here, Gives> & Fits<Gives, Names>,
  ): Stack<Top, Here & Partial<Gives>, Names>
  /** Ends the column in the service that answers. */
  over(service: Service<Here>): Service<Top>
}

/** The service that a call is for, where something above gives it. */
type ServiceOf<Here> = Here extends { readonly service: infer Of extends object } ? Of : never

/** No filter is this that gives a name there is no room for. */
type Fits<Gives, Names> = PropertyKey extends Names
  ? unknown
  : [Exclude<keyof Gives, Names>] extends [never]
    ? unknown
    : { readonly noRoomFor: Exclude<keyof Gives, Names> }

export interface StackOptions {
  /** Does each service have all filters, needed or not? What a service has of its own is tested against that. Default false. */
  readonly isWhole?: boolean
}

/**
 * An empty column: what is pushed first is met first. A filter that needs what none above it gives does not compile, nor
 * one that gives what the context has no room for, where `Names` says what that is.
 *
 * @example
 * const service = stack<RequestContext>().push(rescue).push(deadline).over(send)
 */
export function stack<Top extends object, Names = PropertyKey>({ isWhole = false }: StackOptions = {}) {
  return build<Top, Top, Names>(isWhole, ({ steps, service }) => {
    if (steps.length === 0) return service
    const run = runOf(steps, service as Service<object>)
    return (request, context) => down(run, request, { ...context })
  })
}

/** What is beneath some filter: steps that are met one after the other, and share a context; at their end, a service. */
interface Beneath<Here> {
  readonly steps: readonly Step[]
  readonly service: Service<Here>
}

/** Puts the filters so far over what is beneath them. */
type Wrap<Top, Here> = (beneath: Beneath<Here>) => Service<Top>

function build<Top, Here extends object, Names>(isWhole: boolean, wrap: Wrap<Top, Here>): Stack<Top, Here, Names> {
  /** What the filter gives is in the context for all that stands beneath. */
  function pushed<Gives>(filter: Filter<Here, Gives>, isNeeded?: Need, isMet?: Step['isMet']) {
    return build<Top, Here & Gives, Names>(isWhole, (beneath) => {
      const observer = isMet ? undefined : observerOf(filter)
      const aside = observer ? undefined : (over(filter, beneath) as Service<object>)
      if (aside && !isMet) return wrap({ steps: [], service: aside })
      const step = stepOf(observer ?? {}, isWhole ? undefined : isNeeded, isMet, aside)
      return wrap({ steps: [step, ...beneath.steps], service: beneath.service as Service<Here> })
    })
  }

  return {
    push: (filter) => pushed(filter),
    pushWhere: (isMet, filter, isNeeded) => pushed(filter, isNeeded as Need, isMet as Step['isMet']),
    pushFor(isNeeded, filter) {
      const isMet = (context: object) => (isNeeded as Need)((context as { readonly service: object }).service)
      return pushed(filter, isNeeded as Need, observerOf(filter) ? undefined : isMet)
    },
    over: (service) => wrap({ steps: [], service }),
  }
}

/** A filter that goes on by itself, over what is beneath it. */
function over<Here extends object, Gives>(
  filter: Filter<Here, Gives>,
  { steps, service }: Beneath<Here & Gives>,
): Service<Here> {
  const isLast = steps.length === 0
  const run = runOf(steps, service as Service<object>)
  return (request, context) => {
    try {
      return filter(request, context, (next, gives) => {
        const own = laid(context, gives, isLast)
        return isLast ? service(next, own) : down(run, next, own)
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
