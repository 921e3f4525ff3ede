/** Runs observers: filters that look at a request on its way down and at what came of it on its way up, while the stack goes on for them. */
import type { Service } from './service.ts'

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

/**
 * A step of a run: an observer; or a turning, at which the requests of whose context a condition holds leave for another
 * service. Both have all fields: the engine is quick where all steps have one shape.
 */
export interface Step {
  readonly enter: Observer<object>['enter']
  readonly answered: Observer<object>['answered']
  readonly failed: Observer<object>['failed']
  readonly isMet: ((context: object) => boolean) | undefined
  readonly service: Service<object> | undefined
}

/** A step that is an observer. */
export function watching({ enter, answered, failed }: Observer<object>): Step {
  return { enter, answered, failed, isMet: undefined, service: undefined }
}

/** A step at which a request leaves for `service` where `isMet`. */
export function turning(isMet: (context: object) => boolean, service: Service<object>): Step {
  return { enter: undefined, answered: undefined, failed: undefined, isMet, service }
}

/**
 * Leads a request down past the steps of a run to the service at its end, or at a turning, and what comes of it back up.
 *
 * @param own a context that nobody else reads: what the observers give is written into it.
 * @param from the step to begin with.
 */
export function run<Context extends object>(
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
